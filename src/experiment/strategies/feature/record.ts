import { z } from 'zod';
import { classTemperature, labelWeight, layers, termWeight, weight } from '../options.ts';
import { responseFormula } from '../response/record.ts';
import type { StrategyRecord, TermRecord } from '../strategy-record.ts';

const formula =
  'Σ over layer pairs of the mean over positions of ‖norm(P(h_s)) − norm(h_t)‖²; norm is L2 over the last axis, P is Linear, ReLU, Linear';

const kind = z.literal('feature').describe('The teacher’s hidden states.');

const schema = z
  .strictObject({
    kind,
    layers,
    weight: weight('Weight of the hidden states’ term. Default 1.', 1),
    labelWeight,
    responseWeight: weight('Weight of the teacher’s softened answers. Default 0: they are left out.', 0),
    temperature: classTemperature,
  })
  .meta({
    description:
      'Hidden states of the student learn those of the teacher through projectors that are thrown away.',
    formula: `weight·[${formula}] + labelWeight·CE(labels, z_s) + responseWeight·${responseFormula}`,
  });

const termSchema = z
  .strictObject({ kind, weight: termWeight, layers })
  .meta({ description: 'Hidden states through learned projectors.', formula });

export const feature: StrategyRecord<typeof schema> = {
  schema,
  shares: ({ labelWeight, responseWeight, weight }) => ({
    labels: labelWeight,
    answers: responseWeight,
    states: weight,
    option: 'labelWeight',
  }),
  temperatures: ({ temperature }) => [{ temperature, path: ['temperature'] }],
  idle: ({ responseWeight }) =>
    responseWeight === 0 ? [{ path: ['temperature'], why: 'responseWeight is 0' }] : [],
};

export const featureTerm: TermRecord<typeof termSchema> = { schema: termSchema, compares: 'states' };
