import { z } from 'zod';
import { exitLayers, scaleByTemperature, temperature, weight } from '../options.ts';
import { idleScaling, type StrategyRecord } from '../strategy-record.ts';

const schema = z
  .strictObject({
    kind: z.literal('self').describe('The student teaches itself.'),
    exits: z
      .int()
      .min(2)
      .max(64)
      .default(4)
      .describe(
        'K: classifiers after layers L/K, 2L/K … L; the deepest is the student’s own and teaches the others. Default 4.',
      ),
    layers: exitLayers,
    temperature: temperature(3, 'that of Zhang et al. 2019.', 'scaleByTemperature'),
    weight: weight('Weight of what earlier exits learn from the deepest; 0 leaves it out. Default 1.', 1),
    labelWeight: weight('Weight of every exit’s cross-entropy with the labels. Default 1.', 1),
    scaleByTemperature,
  })
  .meta({
    description: 'The student’s deepest layer teaches classifiers on earlier ones (Zhang et al. 2019).',
    formula:
      'mean over exits k of labelWeight·CE(labels, z_k) + [k < K]·weight·T²·KL(p_T(stop(z_K)) ‖ p_T(z_k)); without scaleByTemperature there is no T²',
  });

export const self: StrategyRecord<typeof schema> = {
  schema,
  // Its exits want layers to stand on.
  beginning: { student: { architecture: 'mlp', hidden: [32, 32, 32, 32] } },
  temperatures: ({ temperature }) => [{ temperature, path: ['temperature'] }],
  idle: (config) => [
    ...idleScaling(config),
    ...(config.layers ? [{ path: ['exits'], why: '"layers" says where exits stand' }] : []),
  ],
};
