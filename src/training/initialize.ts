import { RandomGenerator } from '../device/random-generator.ts';
import { tf } from '../device/tensorflow.ts';
import { initialValues } from '../models/initialization.ts';
import type { StrategyParts } from '../strategies/strategy.ts';

/**
 * Fresh weights for what a strategy adds, each drawn from the run's seed and its own name, so that adding one does not
 * change the others.
 */
export function initializer(seed: number): StrategyParts['initialize'] {
  return (name, shape, scheme) => {
    const values = initialValues(scheme, shape, RandomGenerator.forUse(seed, `weights/${name}`));
    return tf.tidy(() => tf.variable(tf.tensor(values, [...shape], 'float32')));
  };
}
