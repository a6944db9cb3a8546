import { scoreNames } from '../../experiment/tasks/scores.ts';
import type { RunFigures } from '../figures/run-figures.ts';
import type { RunGroup } from '../groups.ts';
import { metricFacts, type VerdictMetric } from './metric.ts';

/** A seed that both strategies were run with. */
export interface SeedPair {
  readonly seed: number;
  readonly run: string;
  readonly baselineRun: string;
  readonly value: number;
  readonly baselineValue: number;
  /** The gain: above zero where the strategy is the better one, whichever direction is good. */
  readonly difference: number;
}

type Counted = Pick<RunGroup, 'counted'>;

/** The counted runs of two groups with the same seed. */
export function runPairs(group: Counted, baseline: Counted): (readonly [RunFigures, RunFigures])[] {
  const bySeed = new Map(baseline.counted.map((run) => [run.seed, run]));
  return group.counted.flatMap((run) => {
    const other = bySeed.get(run.seed);
    return other === undefined ? [] : [[run, other] as const];
  });
}

/** The seeds in which the metric is known of both. */
export function seedPairs(group: Counted, baseline: Counted, metric: VerdictMetric): SeedPair[] {
  return runPairs(group, baseline).flatMap(([run, other]) => {
    const value = run.student?.[metric] ?? null;
    const baselineValue = other.student?.[metric] ?? null;
    if (value === null || baselineValue === null) return [];
    const difference = metricFacts(metric).lowerIsBetter ? baselineValue - value : value - baselineValue;
    return [{ seed: run.seed, run: run.run, baselineRun: other.run, value, baselineValue, difference }];
  });
}

/** Whether the students of each seed are the same in all that tells how they answer. */
export const sameAnswers = (group: Counted, baseline: Counted): boolean =>
  runPairs(group, baseline).every(([{ student: one }, { student: other }]) =>
    (['accuracy', 'loss', 'macroF1', 'calibrationError', ...scoreNames] as const).every(
      (key) => one?.[key] === other?.[key],
    ),
  );
