import { commands, EventEmitter, l10n, Uri, window } from 'vscode';
import type { Experiment } from '../../../src/experiment/schema/schema.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { CommandId } from '../../contributions/commands.ts';
import { Comparisons } from '../../dashboard/comparisons.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../status/log.ts';
import type { RunFolder } from './run-folder.ts';
import type { RunFolders } from './run-folders.ts';

/** Runs read at once: so few that the host's event loop is not held. */
const pageSize = 50;
/** Runs of a sweep end one upon the other; what they tell is asked for once. */
const quietMs = 1000;

const completed = { states: ['completed'] } as const;

/** What earlier runs measured against the teacher of an experiment, as `distillery run` says it before a run begins. */
export class TeacherCautions extends Disposables {
  readonly #log: Pick<Log, 'error'>;
  readonly #comparisons: Comparisons;
  readonly #changed = this.add(new EventEmitter<void>());
  /** Runs have ended, so that other things may be known now. */
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, Promise<string | undefined>>();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param thread absolute path of the bundled comparison-worker */
  constructor(folders: RunFolders, log: Pick<Log, 'error'>, thread: string) {
    super();
    this.#log = log;
    this.#comparisons = this.add(new Comparisons(thread));
    this.add(folders.onDidChange(({ structure }) => structure && this.#forget()));
    this.add(folders.onDidReplace(() => this.#forget()));
  }

  /** One text with the figures it rests on; undefined where nothing is known. @param file where relative paths start */
  async of(folder: RunFolder, experiment: Experiment, file: string): Promise<string | undefined> {
    const { dataset, teacher, student, strategy } = experiment;
    if (!teacher) return undefined;
    const key = JSON.stringify([folder.dataDirectory, file, dataset, teacher, student, strategy.kind]);
    const known = this.#known.get(key) ?? this.#ask(folder, experiment, file);
    this.#known.set(key, known);
    return known;
  }

  /** Says it of runs that are begun, once for each experiment and thing to say; nobody waits for it. */
  tell(folder: RunFolder, ids: readonly string[]): void {
    this.#tell(folder, ids).catch((error: unknown) =>
      this.#log.error('looking at what is known of a teacher', error),
    );
  }

  async #tell(folder: RunFolder, ids: readonly string[]): Promise<void> {
    const [record] = await folder.list({ ids: ids.slice(0, 1) });
    if (!record) return;
    const text = await this.of(folder, record.config, record.file);
    if (text === undefined || this.disposed) return;
    const message = `${record.experiment}: ${text}`;
    if (this.#told.has(message)) return;
    this.#told.add(message);
    const open = l10n.t('Open Experiment');
    if ((await window.showWarningMessage(message, open)) === open)
      await commands.executeCommand('distillery.openExperiment' satisfies CommandId, Uri.file(record.file));
  }

  async #ask(folder: RunFolder, experiment: Experiment, file: string): Promise<string | undefined> {
    const runs = new Map<string, RunRecord>();
    const count = await folder.count(completed);
    for (let offset = 0; offset < count; offset += pageSize)
      for (const run of await folder.list({ ...completed, sort: 'createdAt', limit: pageSize, offset }))
        runs.set(run.id, run);
    return runs.size === 0 ? undefined : this.#comparisons.caution(experiment, file, [...runs.values()]);
  }

  #forget(): void {
    this.#known.clear();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), quietMs);
  }

  override dispose(): void {
    clearTimeout(this.#timer);
    super.dispose();
  }
}
