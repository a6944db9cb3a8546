import { UserError } from '../base/user-error.ts';
import { experimentAt, type PointValues } from '../experiment/sweep/space.ts';
import { createRuns } from '../runs/create-run.ts';
import { discoverRuns } from '../runs/directory/discover.ts';
import { dropRun, stopRun } from '../runs/queue/control.ts';
import { concurrency } from '../runs/queue/queue.ts';
import { resumeRun } from '../runs/queue/resume.ts';
import type { RunStore } from '../runs/store.ts';
import { activeStates, isActive, isLeftOff, isResumable } from '../worker/directory/run-states.ts';
import { Race } from './halving/race.ts';
import { SweepPlace } from './place.ts';
import type { Point } from './points.ts';
import { samplers } from './samplers/sampler.ts';
import { type Standing, StandingReader } from './standing.ts';
import type { Sweep } from './sweep.ts';

export interface DriverListener {
  /** Runs of a point were made, by this process. */
  begun?(point: { readonly index: number; readonly values: PointValues }, runs: readonly string[]): void;
  /** An interrupted or stopped run was queued again. */
  resumed?(run: string): void;
}

/** After so many points that failed, and none that did not, the experiment itself is at fault. */
const mostFailures = 5;

/**
 * Begins the points of a sweep as there is room for them. Any number of processes may drive one sweep: whoever holds its
 * lock looks at the runs there are and begins what comes next, so that nothing but the runs says how far it is.
 */
export class SweepDriver {
  readonly #store: RunStore;
  readonly #sweep: Sweep;
  readonly #listener: DriverListener;
  readonly #reader: StandingReader;
  readonly #race: Race;
  readonly place: SweepPlace;
  /** Runs that this process queued again; one that is interrupted once more stays so. */
  readonly #resumed = new Set<string>();

  constructor(store: RunStore, sweep: Sweep, listener: DriverListener = {}) {
    this.#store = store;
    this.#sweep = sweep;
    this.#listener = listener;
    this.#reader = new StandingReader(store, sweep);
    this.#race = new Race(store, sweep);
    this.place = new SweepPlace(store.dataDirectory, sweep.id);
  }

  /** To be called once, by whoever was asked to start the sweep or go on: what was stopped goes on, too. */
  async start(): Promise<void> {
    await this.place.clearStop();
    // One that failed would fail again; whoever mended the reason resumes it.
    for (const { id, state } of await this.#store.list({ sweep: this.#sweep.id, resumable: true }))
      if (isLeftOff(state)) await this.#resume(id);
  }

  /**
   * Looks once: begins what there is room for. @returns how the sweep stands, and whether it is at its end
   * @throws UserError where nothing but failures comes of it
   */
  async step(): Promise<{ readonly standing: Standing; readonly ended: boolean }> {
    for (;;) {
      const standing = await this.#reader.read();
      const goesOn = standing.points.some(({ active }) => active);
      if (this.place.stopRequested) return { standing, ended: !goesOn };
      this.#requireSuccess(standing);
      for (const { run, because } of await this.#race.losers(standing.points))
        await dropRun(this.#store, run, because);
      const resumed = await this.#resumeInterrupted(standing);
      if (resumed) continue;
      if (this.#isComplete(standing)) return { standing, ended: !goesOn };
      const begun = await this.place.alone(() => this.#beginNext());
      if (begun === 'none') return { standing, ended: !goesOn };
      if (begun !== 'some') return { standing, ended: false };
    }
  }

  /** Asks all that drive the sweep, and all of its runs, to stop. */
  async stop(): Promise<void> {
    await this.place.requestStop();
    await stopRunsOf(this.#store, this.#sweep.id);
  }

  #isComplete({ over, points }: Standing): boolean {
    return over !== undefined && points.every(({ missing }) => missing.length === 0);
  }

  /** Under the lock: another process may have begun something since the last look, or died while it did. */
  async #beginNext(): Promise<'some' | 'full' | 'none'> {
    const { id, loaded, config, space } = this.#sweep;
    await discoverRuns(this.#store);
    const { points, over } = await this.#reader.read();
    const partly = points.find(({ missing }) => missing.length > 0);
    if (partly) {
      await this.#create(partly.index, partly.values, partly.missing);
      return 'some';
    }
    if (over !== undefined) return 'none';
    const active = await this.#store.count({ sweep: id, states: activeStates });
    if (active >= (await concurrency(this.#store))) return 'full';
    const taken = new Set(points.map(({ index }) => index));
    let index = 0;
    while (taken.has(index)) index++;
    const values = samplers[config.sampler]({ space, index, seed: config.seed, tried: points });
    if (values === undefined) return 'none';
    await this.#create(index, values, loaded.experiment.seeds);
    return 'some';
  }

  async #create(index: number, values: PointValues, seeds: readonly number[]): Promise<void> {
    const { id, loaded } = this.#sweep;
    const experiment = experimentAt(loaded.experiment, values);
    if (!experiment)
      throw new UserError(
        `The values of point ${index} do not go together: ${Object.entries(values)
          .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
          .join(', ')}.`,
        {
          place: loaded.file,
          remedy: 'Try options that can be combined, or whole sections: "strategy": [{ … }, { … }].',
        },
      );
    const runs = await createRuns(
      this.#store,
      { ...loaded, experiment },
      { seeds, sweep: { id, point: index, values } },
    );
    this.#listener.begun?.({ index, values }, runs);
  }

  async #resumeInterrupted({ points }: Standing): Promise<boolean> {
    const left = points
      .flatMap(({ runs }) => runs)
      .find(({ record }) => record.state === 'interrupted' && !this.#resumed.has(record.id));
    return left !== undefined && (await this.#resume(left.record.id));
  }

  /** @returns whether it was queued; another process may have done so just before */
  async #resume(run: string): Promise<boolean> {
    this.#resumed.add(run);
    try {
      await resumeRun(this.#store, run);
    } catch (error) {
      if (!(error instanceof UserError) || isStillResumable(await this.#store.get(run))) throw error;
      return false;
    }
    this.#listener.resumed?.(run);
    return true;
  }

  #requireSuccess({ points }: Standing): void {
    const ended = points.filter(({ active }) => !active);
    if (ended.length < mostFailures || !ended.every(hasFailed)) return;
    const last = ended.at(-1)!.runs.find(({ record }) => record.state === 'failed')!.record;
    throw new UserError(
      `All of the first ${ended.length} points failed; the last said: ${last.error?.message ?? ''}`,
      {
        place: last.directory,
        remedy: `${last.error?.remedy ?? 'Mend what it says.'} Then resume or remove those runs, and start the sweep again.`,
      },
    );
  }
}

const hasFailed = ({ runs }: Point): boolean => runs.some(({ record }) => record.state === 'failed');

const isStillResumable = (run: Awaited<ReturnType<RunStore['get']>>): boolean =>
  run !== undefined && isResumable(run);

/** Asks the runs of a sweep to stop, those that wait first: else the queue would start the next when one ends. */
export async function stopRunsOf(store: RunStore, sweep: string): Promise<string[]> {
  const runs = await store.list({ sweep, states: activeStates });
  for (const { id } of runs.sort((a, b) => (a.state < b.state ? -1 : 1)))
    await stopRun(store, id).catch(async (error: unknown) => {
      const state = (await store.get(id))?.state;
      if (state && isActive(state)) throw error;
    });
  return runs.map(({ id }) => id);
}
