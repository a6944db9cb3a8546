import type { RunRecord } from '../runs/database/run-records.ts';
import type { RunStore } from '../runs/store.ts';
import { isActive } from '../worker/directory/run-states.ts';
import { measure } from './objectives.ts';
import { frontOf, type MeasuredRun, type Point, pointsOf } from './points.ts';
import type { Sweep } from './sweep.ts';

/** How far a sweep is. All of it follows from its runs. */
export interface Standing {
  readonly points: readonly Point[];
  /** The best point; with two figures those that no other beats in both. */
  readonly front: readonly Point[];
  /** What its runs took so far, in hours, all together. */
  readonly hours: number;
  /** Why no further point begins, 'all' where none is left; undefined while one may. */
  readonly over: 'runs' | 'hours' | 'all' | undefined;
}

/** Reads how a sweep stands, and remembers the figures of completed runs, which stay as they are. */
export class StandingReader {
  readonly #store: RunStore;
  readonly #sweep: Sweep;
  readonly #figures = new Map<string, readonly (number | null)[]>();
  readonly #hours = new Map<string, number>();

  constructor(store: RunStore, sweep: Sweep) {
    this.#store = store;
    this.#sweep = sweep;
  }

  async read(): Promise<Standing> {
    const { id, loaded, figures, config, mostPoints } = this.#sweep;
    const records = await this.#store.list({ sweep: id, sort: 'createdAt' });
    const runs: MeasuredRun[] = [];
    let hours = 0;
    for (const record of records) {
      runs.push(record.state === 'completed' ? await this.#measured(record) : { record });
      hours += await this.#hoursOf(record);
    }
    const points = pointsOf(runs, loaded.experiment.seeds, figures);
    const over =
      config.hours !== undefined && hours >= config.hours
        ? 'hours'
        : mostPoints !== undefined && points.length >= mostPoints
          ? config.runs !== undefined &&
            points.length >= Math.floor(config.runs / loaded.experiment.seeds.length)
            ? 'runs'
            : 'all'
          : undefined;
    return { points, front: frontOf(points), hours, over };
  }

  async #measured(record: RunRecord): Promise<MeasuredRun> {
    const known = this.#figures.get(record.id) ?? (await measure(this.#store, record, this.#sweep.figures));
    this.#figures.set(record.id, known);
    return { record, figures: known };
  }

  /** What a run took: of one that was interrupted, without the time in which nobody worked on it. */
  async #hoursOf(record: RunRecord): Promise<number> {
    const known = this.#hours.get(record.id);
    if (known !== undefined) return known;
    if (record.startedAt === undefined) return 0;
    const hours = (await workingTime(this.#store, record)) / 3_600_000;
    if (!isActive(record.state)) this.#hours.set(record.id, hours);
    return hours;
  }
}

/** Milliseconds in which a worker was at the run: from each start to the last that was heard of it. */
async function workingTime(store: RunStore, record: RunRecord): Promise<number> {
  const { id, startedAt = 0, endedAt, state, resumedFromEpoch } = record;
  const goesOn = state === 'running';
  if (resumedFromEpoch === undefined && state !== 'interrupted')
    return (goesOn ? Date.now() : (endedAt ?? startedAt)) - startedAt;
  let [sum, begin, last] = [0, startedAt, startedAt];
  for (const { type, time } of await store.events(id)) {
    if (type === 'started') {
      sum += last - begin;
      [begin, last] = [time, time];
      // Said by whoever found it, perhaps days later.
    } else if (type !== 'interrupted') last = time;
  }
  return sum + (goesOn ? Date.now() : last) - begin;
}
