import type { RunRecord } from '../../runs/database/run-records.ts';
import type { RunStore } from '../../runs/store.ts';
import { isActive } from '../../worker/directory/run-states.ts';
import { costOf, figureFacts } from '../objectives.ts';
import type { Point } from '../points.ts';
import type { Sweep } from '../sweep.ts';
import { type AtRung, type Place, placeAt, rungsOf } from './successive-halving.ts';

/** A run that others are ahead of, and what it is to say of that. */
export interface Loser {
  readonly run: string;
  readonly because: string;
}

/** Looks at the curves of a sweep's runs, and finds those that are to be ended early. */
export class Race {
  readonly #store: Pick<RunStore, 'points'>;
  readonly #sweep: Sweep;
  /** What runs that have ended had come to at the rungs, which does not change. */
  readonly #ended = new Map<string, readonly (number | undefined)[]>();
  /** Rungs at which a run was compared: later news of others do not end it there. */
  readonly #compared = new Map<string, number>();

  constructor(store: Pick<RunStore, 'points'>, sweep: Sweep) {
    this.#store = store;
    this.#sweep = sweep;
  }

  /** Runs to be ended now: all that go on of each point that fell behind at a rung which one of them has reached. */
  async losers(points: readonly Point[]): Promise<Loser[]> {
    const { stopEarly } = this.#sweep.config;
    if (!stopEarly || !points.some(({ active }) => active)) return [];
    const rungs = rungsOf(stopEarly, this.#sweep.loaded.experiment.training.epochs);
    const reached = new Map<Point, readonly (readonly [seed: number, (number | undefined)[]])[]>();
    for (const point of points) {
      const runs: [number, (number | undefined)[]][] = [];
      for (const { record } of point.runs)
        runs.push([record.seed, [...(await this.#atRungs(record, rungs))]]);
      reached.set(point, runs);
    }
    const at = (point: Point, rung: number): AtRung =>
      new Map(
        reached
          .get(point)!
          .flatMap(([seed, costs]) => (costs[rung] === undefined ? [] : [[seed, costs[rung]]])),
      );
    return points.flatMap((point) => {
      const rung = this.#newRung(point, reached.get(point)!);
      if (rung === undefined) return [];
      const others = new Map(
        points.filter((other) => other !== point).map((other) => [other.index, at(other, rung)]),
      );
      const place = placeAt(at(point, rung), others, stopEarly.factor);
      if (place.goesOn) return [];
      const because = this.#because(place, rungs[rung]!);
      return point.runs
        .filter(({ record }) => isActive(record.state))
        .map(({ record }) => ({ run: record.id, because }));
    });
  }

  /** The highest rung that a run of the point has come to since it was compared; none of a point somebody resumed. */
  #newRung(
    point: Point,
    reached: readonly (readonly [number, readonly (number | undefined)[]])[],
  ): number | undefined {
    if (!point.active || point.runs.some(({ record }) => record.dropReason !== undefined)) return undefined;
    let highest: number | undefined;
    for (const { record } of point.runs) {
      const costs = reached.find(([seed]) => seed === record.seed)![1];
      const rung = costs.findLastIndex((cost) => cost !== undefined);
      if (rung <= (this.#compared.get(record.id) ?? -1)) continue;
      this.#compared.set(record.id, rung);
      highest = Math.max(highest ?? rung, rung);
    }
    return highest;
  }

  /** The best that a run had come to at each rung, so far as it is there. */
  async #atRungs(record: RunRecord, rungs: readonly number[]): Promise<readonly (number | undefined)[]> {
    const known = this.#ended.get(record.id);
    if (known) return known;
    const [figure] = this.#sweep.figures;
    const curve =
      record.startedAt === undefined
        ? []
        : await this.#store.points(record.id, 'student', figureFacts[figure!].curve!);
    const costs = rungs.map((rung) => {
      const upTo = curve.filter(({ epoch, value }) => epoch <= rung && value !== null);
      // Only where it has come so far: an epoch that is not at its end says nothing.
      if (!curve.some(({ epoch }) => epoch >= rung) || upTo.length === 0) return undefined;
      return Math.min(...upTo.map(({ value }) => costOf(figure!, value!)));
    });
    if (!isActive(record.state) && record.state !== 'interrupted') this.#ended.set(record.id, costs);
    return costs;
  }

  #because({ first, ahead, compared, room }: Place, epochs: number): string {
    const [figure] = this.#sweep.figures;
    const seeds = first!.seeds === 1 ? 'one seed' : `${first!.seeds} seeds`;
    return `After ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} ${ahead} of ${compared} other points ${ahead === 1 ? 'was' : 'were'} ahead, and only the best ${room} of ${compared + 1} go on. Point ${first!.index} was ahead by ${Number(first!.by.toPrecision(3))} of validation ${figure} (${seeds}).`;
  }
}
