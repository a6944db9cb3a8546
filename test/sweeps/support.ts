import { experimentSchema } from '../../src/experiment/schema/schema.ts';
import type { SweepConfig } from '../../src/experiment/schema/sweep-schema.ts';
import { type Dimension, spaceOf } from '../../src/experiment/sweep/space.ts';

/** A small experiment with a sweep over these options. */
export const experimentWith = (options: Record<string, unknown>, more: object = {}) =>
  experimentSchema.parse({
    name: 'x',
    dataset: { kind: 'mnist' },
    teacher: { model: { architecture: 'mlp', hidden: [64] } },
    student: { model: { architecture: 'cnn', channels: [4, 8] } },
    strategy: { kind: 'response' },
    sweep: { options, runs: 10, ...more },
  });

export const spaceWith = (options: SweepConfig['options'] | Record<string, unknown>): Dimension[] => {
  const experiment = experimentWith(options);
  return spaceOf(experiment, experiment.sweep!);
};
