import { z } from 'zod';
import { modelSchema } from '../../schema/model-schema.ts';
import { scaleByTemperature, temperature, weight } from '../options.ts';
import { idleScaling, type StrategyRecord } from '../strategy-record.ts';

const schema = z
  .strictObject({
    kind: z.literal('online').describe('Peers teach each other.'),
    peers: z
      .int()
      .min(2, { error: 'Mutual learning needs at least two peers; the student is the first of them.' })
      .max(8)
      .default(2)
      .describe(
        'How many models learn together, the student counted. Default 2; each further peer costs another training.',
      ),
    peerModels: z
      .array(modelSchema)
      .min(1)
      .max(7)
      .optional()
      .describe(
        'Architectures of the second peer, the third and so on; those not given are like the student.',
      ),
    temperature: temperature(4, 'usual for ten to a hundred classes.', 'scaleByTemperature'),
    weight: weight('Weight of what each peer learns from the others; 0 leaves it out. Default 1.', 1),
    labelWeight: weight('Weight of every peer’s cross-entropy with the labels. Default 1.', 1),
    scaleByTemperature,
  })
  .refine((online) => (online.peerModels?.length ?? 0) < online.peers, {
    path: ['peerModels'],
    message: 'There are more peerModels than peers beside the student.',
    params: { code: 'contradiction', remedy: 'Raise "peers", or take some away.' },
  })
  .meta({
    description: 'Peers learn together, each from the labels and from the others (Zhang et al. 2018).',
    formula:
      'Σ over peers i of labelWeight·CE(labels, z_i) + weight·mean over j≠i of T²·KL(p_T(stop(z_j)) ‖ p_T(z_i)); without scaleByTemperature there is no T²',
  });

export const online: StrategyRecord<typeof schema> = {
  schema,
  temperatures: ({ temperature }) => [{ temperature, path: ['temperature'] }],
  idle: idleScaling,
};
