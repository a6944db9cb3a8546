import { z } from 'zod';
import { count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { dropout, dropped, normalization } from './options.ts';

const schema = z
  .strictObject({
    architecture: z.literal('mlp').describe('Multilayer perceptron.'),
    hidden: z
      .array(count('Units of this hidden layer.', 'units').max(65_536))
      .min(1)
      .max(64)
      .describe('Units of each hidden layer, first to last: [1200, 1200] is two layers of 1200.'),
    dropout,
    inputDropout: dropped('Fraction of input pixels set to zero').default(0),
    normalization: normalization.default('none'),
  })
  .describe('Multilayer perceptron: dense layers with ReLU, then a dense classifier.');

export type MlpConfig = z.output<typeof schema>;

export const mlp: ArchitectureRecord<typeof schema, keyof MlpConfig> = {
  schema,
  goal: 'images',
  sizes: [['hidden']],
  synonyms: ['dense'],
};
