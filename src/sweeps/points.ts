import type { PointValues } from '../experiment/sweep/space.ts';
import type { RunRecord } from '../runs/database/run-records.ts';
import { isActive } from '../worker/directory/run-states.ts';
import { costOf, type JudgedFigure } from './objectives.ts';
import { dominates } from './samplers/ranking.ts';
import type { TriedPoint } from './samplers/sampler.ts';

/** A run of a sweep with the figures it is judged by; without them until it is completed. */
export interface MeasuredRun {
  readonly record: RunRecord;
  readonly figures?: readonly (number | null)[];
}

/** Values that a sweep tries, and the runs they have, the latest of each seed. */
export interface Point extends TriedPoint {
  readonly index: number;
  readonly runs: readonly MeasuredRun[];
  /** Figures over seeds, for a point all of whose seeds have them. */
  readonly figures?: readonly number[];
  /** Whether a run is queued or goes on. */
  readonly active: boolean;
  /** Seeds that have no run yet; none of a point that was dropped. */
  readonly missing: readonly number[];
  readonly dropped: boolean;
}

/**
 * The points that have runs, by their number. A point counts only with all its seeds: fewer would make it look better or
 * worse by chance.
 */
export function pointsOf(
  runs: readonly MeasuredRun[],
  seeds: readonly number[],
  figures: readonly JudgedFigure[],
): Point[] {
  const byIndex = new Map<number, Map<number, MeasuredRun>>();
  // Oldest first, so that of two runs of one seed the later one stays.
  for (const run of runs.toSorted((a, b) => a.record.createdAt - b.record.createdAt)) {
    const { sweep, seed } = run.record;
    if (!sweep || !seeds.includes(seed)) continue;
    const own = byIndex.get(sweep.point) ?? new Map<number, MeasuredRun>();
    byIndex.set(sweep.point, own.set(seed, run));
  }
  return [...byIndex]
    .sort(([one], [other]) => one - other)
    .map(([index, own]) => {
      const all = seeds.flatMap((seed) => own.get(seed) ?? []);
      const means = all.length === seeds.length ? meansOf(all, figures.length) : undefined;
      const dropped = all.some(({ record }) => record.state === 'dropped');
      return {
        index,
        dropped,
        values: all[0]!.record.sweep!.values as PointValues,
        runs: all,
        active: all.some(({ record }) => isActive(record.state)),
        missing: dropped ? [] : seeds.filter((seed) => !own.has(seed)),
        ...(means && { figures: means, costs: means.map((mean, at) => costOf(figures[at]!, mean)) }),
      };
    });
}

function meansOf(runs: readonly MeasuredRun[], count: number): number[] | undefined {
  const means = Array.from(
    { length: count },
    (_, at) => runs.reduce((sum, { figures }) => sum + (figures?.[at] ?? Number.NaN), 0) / runs.length,
  );
  return means.every(Number.isFinite) ? means : undefined;
}

/** The points that none beats: with one figure the best, with two those that no other equals in one and beats in the other. */
export function frontOf<P extends TriedPoint>(points: readonly P[]): P[] {
  const judged = points.filter(({ costs }) => costs !== undefined);
  const front = judged.filter((point) => !judged.some((other) => dominates(other.costs!, point.costs!)));
  // Of equals with a single figure the first is the answer.
  return front[0]?.costs?.length === 1 ? front.slice(0, 1) : front;
}
