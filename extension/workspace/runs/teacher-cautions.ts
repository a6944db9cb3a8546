import { commands, EventEmitter, l10n, Uri, window } from 'vscode';
import type { Experiment } from '../../../src/experiment/schema/schema.ts';
import type { RunQuery, RunRecord } from '../../../src/runs/database/run-records.ts';
import type { CommandId } from '../../contributions/commands.ts';
import { Comparisons } from '../../dashboard/comparisons.ts';
import { Disposables } from '../../disposables.ts';
import type { Log } from '../../status/log.ts';
import type { RunFolder } from './run-folder.ts';
import type { RunFolders } from './run-folders.ts';

/** Runs read at once: so few that the host's event loop is not held. */
const pageSize = 50;
/** So many of the last runs tell what there is to tell. */
const mostRuns = 400;
/** Texts that are kept, one for each way an experiment was written since the window opened. */
const mostKnown = 200;
/** Runs of a sweep end one upon the other; what they tell is asked for once. */
const quietMs = 1000;

/** What was found in some runs. */
interface Answer {
  /** Tells those runs from others. */
  readonly runs: string;
  readonly text: Promise<string | undefined>;
}

/** What earlier runs measured against the teacher of an experiment, as `distillery run` says it before a run begins. */
export class TeacherCautions extends Disposables {
  readonly #log: Pick<Log, 'error'>;
  readonly #comparisons: Comparisons;
  readonly #changed = this.add(new EventEmitter<void>());
  /** Runs have ended, so that other things may be known now. */
  readonly onDidChange = this.#changed.event;
  /** Of each experiment that was asked about: what its runs told last. */
  readonly #known = new Map<string, Answer>();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param thread absolute path of the bundled comparison-worker */
  constructor(folders: RunFolders, log: Pick<Log, 'error'>, thread: string) {
    super();
    this.#log = log;
    this.#comparisons = this.add(new Comparisons(thread));
    this.add(folders.onDidChange(({ structure }) => structure && this.#lookAgain()));
    this.add(folders.onDidReplace(() => this.#lookAgain()));
  }

  /** One text with the figures it rests on; undefined where nothing is known. @param file where relative paths start */
  async of(folder: RunFolder, experiment: Experiment, file: string): Promise<string | undefined> {
    const { dataset, teacher, student, strategy } = experiment;
    if (!teacher) return undefined;
    const key = JSON.stringify([folder.dataDirectory, file, dataset, teacher, student, strategy.kind]);
    const akin = { states: ['completed'], akin: { dataset, teacher, student } } as const;
    // One that ended since is the last; of those that were removed the count tells.
    const latest = { ...akin, sort: 'endedAt', descending: true, limit: 1 } as const;
    const [count, [last]] = await Promise.all([folder.count(akin), folder.list(latest)]);
    const runs = `${count} ${last?.id}`;
    const known = this.#known.get(key);
    if (known?.runs === runs) return known.text;
    if (this.#known.size >= mostKnown) this.#known.clear();
    const text = this.#ask(folder, akin, experiment, file);
    this.#known.set(key, { runs, text });
    return text;
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

  async #ask(
    folder: RunFolder,
    akin: RunQuery,
    experiment: Experiment,
    file: string,
  ): Promise<string | undefined> {
    const runs = new Map<string, RunRecord>();
    for (let offset = 0; offset < mostRuns; offset += pageSize) {
      const page = await folder.list({ ...akin, limit: pageSize, offset });
      for (const run of page) runs.set(run.id, run);
      if (page.length < pageSize) break;
    }
    return runs.size === 0 ? undefined : this.#comparisons.caution(experiment, file, [...runs.values()]);
  }

  /** Looks again once no run has begun or ended for a moment. */
  #lookAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), quietMs);
  }

  override dispose(): void {
    clearTimeout(this.#timer);
    super.dispose();
  }
}
