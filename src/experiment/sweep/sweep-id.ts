import { experimentIdentity, stableHash } from '../parsing/identity.ts';
import type { Experiment } from '../schema/schema.ts';
import type { SweepConfig } from '../schema/sweep-schema.ts';
import { type Dimension, experimentAt, spaceOf } from './space.ts';

/**
 * Identifies a sweep by all that decides which points it tries and what they mean: the experiment apart from the options
 * that are tried, their values, the seeds, and how points are chosen and judged. The budget does not count, so that a
 * sweep with a larger one goes on, nor do names, nor what the file says of an option that is tried.
 * @param directory of the experiment, as `experimentIdentity` takes it
 */
export function sweepIdOf(experiment: Experiment, sweep: SweepConfig, directory: string): string {
  const { runs, hours, ...defining } = sweep;
  const first = Object.fromEntries(spaceOf(experiment, sweep).map((one) => [one.key, firstOf(one)]));
  const base = experimentAt(experiment, first) ?? experiment;
  return stableHash({
    experiment: experimentIdentity(base, directory),
    seeds: experiment.seeds,
    // The order of the options is the order of a grid.
    options: Object.entries(sweep.options),
    sweep: defining,
  });
}

const firstOf = (dimension: Dimension): unknown =>
  dimension.kind === 'values' ? dimension.values[0] : dimension.min;
