import { z } from 'zod';
import { labelWeight, lastLayers, termWeight, weight } from '../options.ts';
import type { StrategyRecord, TermRecord } from '../strategy-record.ts';

const formula =
  'distance·Huber(d_t/mean(d_t) − d_s/mean(d_s)) + angle·Huber(cos∠_t − cos∠_s), over all pairs and triples of the batch';

const kind = z.literal('relation').describe('Distances and angles between samples.');

const weights = {
  distance: weight('Weight of the distance term; 0 leaves it out. Default 25 (Park et al. 2019).', 25),
  angle: weight('Weight of the angle term; 0 leaves it out. Default 50 (Park et al. 2019).', 50),
};

const schema = z.strictObject({ kind, ...weights, layer: lastLayers, labelWeight }).meta({
  description:
    'Distances and angles between the samples of a batch become those the teacher sees (Park et al. 2019).',
  formula: `${formula} + labelWeight·CE(labels, z_s)`,
});

const termSchema = z
  .strictObject({ kind, weight: termWeight, ...weights, layer: lastLayers })
  .meta({ description: 'Distances and angles between samples (Park et al. 2019).', formula });

export const relation: StrategyRecord<typeof schema> = {
  schema,
  shares: ({ labelWeight, distance, angle }) => ({
    labels: labelWeight,
    answers: 0,
    states: distance + angle,
    option: 'labelWeight',
  }),
};

export const relationTerm: TermRecord<typeof termSchema> = {
  schema: termSchema,
  compares: 'states',
};
