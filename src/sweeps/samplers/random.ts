import { RandomGenerator } from '../../device/random-generator.ts';
import type { Dimension } from '../../experiment/sweep/space.ts';
import { type Axis, axisOf } from './axis.ts';
import { freshPoint } from './fresh.ts';
import type { Sampler } from './sampler.ts';

/**
 * Each value by itself, evenly over its list or its range (Bergstra & Bengio 2012). A point follows from the seed and its
 * number, so that it is the same whoever draws it, and when; only one that was tried before is drawn again.
 */
export const randomPointAt: Sampler = ({ space, index, seed, tried }) => {
  const generator = RandomGenerator.forUse(seed, `point ${index} of a sweep`);
  return freshPoint({ space, tried }, () =>
    Object.fromEntries(space.map((dimension) => [dimension.key, drawn(dimension, generator)])),
  );
};

/** A value drawn evenly. */
export function drawn(dimension: Dimension, generator: RandomGenerator): unknown {
  if (dimension.kind === 'values') return dimension.values[generator.below(dimension.values.length)];
  return within(axisOf(dimension), generator);
}

function within(axis: Axis, generator: RandomGenerator): number {
  return axis.valueAt(axis.low + (axis.high - axis.low) * generator.uniform());
}
