import { commands, l10n, type Memento, window } from 'vscode';
import { UserError } from '../../src/base/user-error.ts';
import { headline } from '../../src/compare/figures/headline.ts';
import { isDeviceProblem } from '../../src/device/device-problem.ts';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import type { ModelFigures } from '../../src/worker/directory/events.ts';
import { isActive } from '../../src/worker/directory/run-states.ts';
import type { CommandId } from '../contributions/commands.ts';
import { Disposables } from '../disposables.ts';
import { runLabel } from '../explorer/run-item.ts';
import { readSetting } from '../settings.ts';
import type { FoundRun, RunFolders } from '../workspace/runs/run-folders.ts';
import { explain, type Log } from './log.ts';

const key = 'distillery.awaited';

/** Tells once how a run ended that was started in this window, even where the window was reloaded meanwhile. */
export class RunNotices extends Disposables {
  readonly #folders: RunFolders;
  readonly #memento: Memento;
  readonly #log: Log;
  readonly #awaited: Set<string>;
  readonly #expected = new Set<string>();
  readonly #toldFailures = new Set<string>();
  #looking: Promise<void> = Promise.resolve();

  constructor(folders: RunFolders, memento: Memento, log: Log) {
    super();
    this.#folders = folders;
    this.#memento = memento;
    this.#log = log;
    this.#awaited = new Set(memento.get<string[]>(key, []));
    this.add(folders.onDidChange(({ structure }) => structure && this.look()));
    this.add(folders.onDidMeetTrouble((error) => this.#warn(error)));
    this.add(folders.onDidFail(({ folder, error }) => this.#tellFailure(folder.folder.name, error)));
  }

  /** Runs whose end is to be told. */
  async await(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#awaited.add(id);
    await this.#memento.update(key, [...this.#awaited]);
  }

  /** Who stops a run knows that it ends. */
  expectEnd(id: string): void {
    this.#expected.add(id);
  }

  get awaited(): ReadonlySet<string> {
    return this.#awaited;
  }

  look(): void {
    if (this.#awaited.size === 0) return;
    this.#looking = this.#looking
      .then(() => this.#tellEnded())
      .catch((error: unknown) => this.#log.error('telling how a run ended', error));
  }

  async #tellEnded(): Promise<void> {
    const ended: FoundRun[] = [];
    const before = this.#awaited.size;
    for (const folder of this.#folders.all) {
      const records = await folder.list({ ids: [...this.#awaited] });
      for (const record of records)
        if (!isActive(record.state)) {
          this.#awaited.delete(record.id);
          ended.push({ folder, record });
        }
    }
    if (before !== this.#awaited.size) await this.#memento.update(key, [...this.#awaited]);
    if (this.disposed || !readSetting('distillery.notifyOnCompletion')) return;
    for (const { record } of ended)
      if (!this.#expected.delete(record.id)) this.#tell(record, await exportProblem(record));
  }

  /** @param unexported why the run was not exported at its end, though that was wanted */
  #tell(record: RunRecord, unexported?: string): void {
    const name = `${record.experiment}, ${runLabel(record)}`;
    switch (record.state) {
      case 'completed': {
        if (unexported !== undefined) {
          this.#offer(
            'warning',
            l10n.t('{0} is done, but its student was not exported: {1}', name, unexported),
            record.id,
            [
              [l10n.t('Export Student…'), 'distillery.exportStudent'],
              [l10n.t('Open Dashboard'), 'distillery.openDashboard'],
            ],
          );
          break;
        }
        this.#offer(
          'info',
          record.result ? doneText(name, record.result.student) : l10n.t('{0} is done.', name),
          record.id,
          [[l10n.t('Open Dashboard'), 'distillery.openDashboard']],
        );
        break;
      }
      case 'failed':
        this.#offer(
          'error',
          [l10n.t('{0} failed: {1}', name, record.error?.message ?? ''), record.error?.remedy]
            .filter(Boolean)
            .join(' '),
          record.id,
          isDeviceProblem(record.error?.message ?? '')
            ? [
                [l10n.t('Choose Device…'), 'distillery.chooseDevice'],
                [l10n.t('Open Experiment'), 'distillery.openExperiment'],
                [l10n.t('Open Log'), 'distillery.openLog'],
              ]
            : record.error?.userError
              ? [
                  [l10n.t('Open Experiment'), 'distillery.openExperiment'],
                  [l10n.t('Open Log'), 'distillery.openLog'],
                ]
              : [[l10n.t('Open Log'), 'distillery.openLog']],
          record,
        );
        break;
      case 'interrupted':
        this.#offer('warning', l10n.t('{0} was interrupted.', name), record.id, [
          [l10n.t('Resume'), 'distillery.resume'],
          [l10n.t('Open Log'), 'distillery.openLog'],
        ]);
        break;
      default:
        break;
    }
  }

  #offer(
    kind: 'info' | 'warning' | 'error',
    message: string,
    id: string,
    actions: readonly (readonly [string, CommandId])[],
    record?: RunRecord,
  ): void {
    const show = {
      info: window.showInformationMessage,
      warning: window.showWarningMessage,
      error: window.showErrorMessage,
    }[kind];
    void show(message, ...actions.map(([title]) => title)).then(async (answer) => {
      const command = actions.find(([title]) => title === answer)?.[1];
      if (!command) return;
      if (command === 'distillery.openExperiment' && record) {
        const { Uri } = await import('vscode');
        await commands.executeCommand(command, Uri.file(record.file));
      } else await commands.executeCommand(command, id);
    });
  }

  #warn(error: Error): void {
    const log = l10n.t('Show Log');
    void window.showWarningMessage(explain(error), log).then((answer) => {
      if (answer === log) this.#log.show();
    });
  }

  #tellFailure(folder: string, error: Error): void {
    if (this.#toldFailures.has(error.message)) return;
    this.#toldFailures.add(error.message);
    const log = l10n.t('Show Log');
    void window
      .showErrorMessage(l10n.t('The runs of {0} cannot be read: {1}', folder, explain(error)), log)
      .then((answer) => {
        if (answer === log) this.#log.show();
      });
  }

  /** Shows why a command could not be done: a mistake of the user's as it is, anything else with the log beside it. */
  tellError(title: string, error: unknown): void {
    this.#log.error(title, error);
    const log = l10n.t('Show Log');
    const open = l10n.t('Show in File');
    const place = error instanceof UserError ? placeOf(error.place) : undefined;
    // Another experiment would fail on this device as well.
    const device = l10n.t('Choose Device…');
    const actions = isDeviceProblem(explain(error)) ? [device, log] : place ? [open] : [log];
    void window.showErrorMessage(explain(error), ...actions).then((answer) => {
      if (answer === log) this.#log.show();
      if (answer === open && place) void showPlace(place);
      if (answer === device) void commands.executeCommand('distillery.chooseDevice' satisfies CommandId);
      return undefined;
    });
  }
}

/** Why a run was not exported at its end, though that was wanted. */
async function exportProblem(record: RunRecord): Promise<string | undefined> {
  if (!record.exports) return undefined;
  const [{ exportsOf }, { RunDirectory }] = await Promise.all([
    import('../../src/runs/exports/recorded-exports.ts'),
    import('../../src/worker/directory/run-directory.ts'),
  ]);
  const { exportDirectory } = new RunDirectory(record.directory);
  return exportsOf(record).find(({ folder, problem }) => folder === exportDirectory && problem !== undefined)
    ?.problem;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function placeOf(place: string | undefined): Place | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(place ?? '') ?? [];
  return file ? { file, line: Number(line), column: Number(column) } : undefined;
}

async function showPlace({ file, line, column }: Place): Promise<void> {
  const { Position, Range, Uri } = await import('vscode');
  const position = new Position(line - 1, column - 1);
  await window.showTextDocument(Uri.file(file), { selection: new Range(position, position) });
}

/** What came of a run, in one figure. */
function doneText(name: string, student: ModelFigures): string {
  const { name: figure, text } = headline(student);
  return figure === 'accuracy'
    ? l10n.t('{0} is done: {1} accuracy.', name, text)
    : l10n.t('{0} is done: {1} {2}.', name, figure, text);
}
