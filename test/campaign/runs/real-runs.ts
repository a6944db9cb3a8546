import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartOptions } from '../frame/command.ts';
import { Family } from '../frame/family.ts';
import type { CaseResult } from '../frame/kind.ts';
import { countsIn, hooked } from '../hooks/hooked.ts';
import { disagreements, leftoversIn, runsOf } from './data-directory.ts';
import { type ExperimentName, experiments, makeProject } from './project.ts';
import { difference, outcomeOf, type RunOutcome } from './sameness.ts';
import { User } from './user.ts';

/** A run that nobody disturbed: what it made, and how long it took. */
export interface Undisturbed {
  readonly outcome: RunOutcome;
  readonly milliseconds: number;
  readonly dataDirectory: string;
  /** How often each program changed a file, by the names that the hook 'calls' knows them by. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Real runs of the campaign's experiments, each to be held against one that was left alone. */
export class RealRuns {
  readonly project: string;
  readonly experiments: readonly ExperimentName[];
  readonly #folder: string;
  readonly #undisturbed = new Map<ExperimentName, Promise<Undisturbed>>();

  /** @param only the experiments that cases choose from; all where they are left out */
  constructor(folder: string, only: readonly ExperimentName[] = experiments) {
    this.#folder = folder;
    this.experiments = only;
    this.project = join(folder, 'project');
    makeProject(this.project);
  }

  /** The undisturbed run of an experiment; it is made when it is first asked for. */
  undisturbed(experiment: ExperimentName): Promise<Undisturbed> {
    let made = this.#undisturbed.get(experiment);
    if (!made) {
      const count = join(this.#folder, `calls-of-${experiment}`);
      made = this.make(experiment, `undisturbed-${experiment}`, {
        environment: hooked('calls', { count }),
      }).then((run) => ({ ...run, calls: countsIn(readFileSync(count, 'utf8')) }));
      this.#undisturbed.set(experiment, made);
    }
    return made;
  }

  /** Runs an experiment to its end in a data directory of that name, undisturbed but for being watched. */
  async make(
    experiment: ExperimentName,
    name: string,
    options: StartOptions,
  ): Promise<Omit<Undisturbed, 'calls'>> {
    const dataDirectory = join(this.#folder, name);
    const family = new Family(dataDirectory);
    try {
      const user = new User(family, this.project, dataDirectory, experiment);
      const begun = performance.now();
      const { code, err } = await user.run(options).ended;
      const milliseconds = performance.now() - begun;
      const [run] = await runsOf(dataDirectory);
      const outcome = run && (await outcomeOf(user.directoryOf(run)));
      if (code !== 0 || typeof outcome !== 'object')
        throw new Error(`An undisturbed run of ${experiment} fails: ${outcome ?? ''} ${err}`);
      return { outcome, milliseconds, dataDirectory };
    } finally {
      await family.close();
    }
  }

  /**
   * Tries one case in a data directory of its own: `disturb` does what it does to the user's run, then the user goes on
   * until it is completed, and nothing of it may be lost.
   * @returns what was tried and what went wrong; counts are those of `disturb`
   */
  async try(
    experiment: ExperimentName,
    number: number,
    disturb: (user: User, family: Family, undisturbed: Undisturbed) => Promise<Record<string, number>>,
    { dataDirectory = join(this.#folder, `case-${number}`), options = {} as StartOptions } = {},
  ): Promise<CaseResult> {
    const undisturbed = await this.undisturbed(experiment);
    mkdirSync(dataDirectory, { recursive: true });
    const family = new Family(dataDirectory);
    const user = new User(family, this.project, dataDirectory, experiment);
    try {
      const counts = await disturb(user, family, undisturbed);
      await this.#examine(user, undisturbed, options);
      return { counts: { runs: 1, ...counts, commands: user.commands }, ...measured(user, family) };
    } finally {
      await family.close();
      await rm(dataDirectory, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  async #examine(user: User, undisturbed: Undisturbed, options: StartOptions): Promise<void> {
    const run = await user.untilCompleted(options);
    if (!run) return;
    const outcome = await outcomeOf(user.directoryOf(run));
    const wrong = typeof outcome === 'string' ? outcome : difference(outcome, undisturbed.outcome);
    if (wrong) user.fault(wrong);
    for (const told of await disagreements(user.dataDirectory)) user.fault(told);
    for (const path of leftoversIn(user.dataDirectory)) user.fault(`left behind: ${path}`);
    if (!existsSync(join(user.dataDirectory, 'teachers')) && undisturbedHasTeacher(undisturbed))
      user.fault('the teacher is lost');
  }
}

const undisturbedHasTeacher = ({ dataDirectory }: Undisturbed) => existsSync(join(dataDirectory, 'teachers'));

/** What a case measured and what went wrong. */
export const measured = (
  { faults }: Pick<CaseResult, 'faults'>,
  { peakBytes, longestSilenceMs }: Family,
): Pick<CaseResult, 'faults' | 'peakBytes' | 'longestSilenceMs'> => ({ faults, peakBytes, longestSilenceMs });
