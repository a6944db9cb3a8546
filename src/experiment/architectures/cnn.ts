import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { bottleneck, dropout, normalization } from './options.ts';

const schema = z
  .strictObject({
    architecture: z.literal('cnn').describe('Small convolutional network.'),
    channels: z
      .array(count('Channels of this stage.', 'channels').max(4096))
      .min(1)
      .max(16)
      .describe(
        'Channels of each stage, first to last. A stage is a 3×3 convolution, normalisation, ReLU and 2×2 max pooling; each halves height and width.',
      ),
    dense: count(
      'Units of a dense layer between the last stage and the classifier. Left out: no such layer.',
      'units',
    )
      .max(65_536)
      .optional(),
    pooling: choice(
      {
        flatten: 'Every place of the last maps is an input of its own.',
        average: 'Each map is averaged to one number, which makes the classifier small.',
      },
      'What becomes of the last stage’s maps before the dense layer or the classifier. Left out: flatten.',
    ).optional(),
    bottleneck,
    dropout,
    normalization: normalization.default('batch'),
  })
  .describe('Small convolutional network: stages of 3×3 convolutions, then a dense classifier.');

export type CnnConfig = z.output<typeof schema>;

export const cnn: ArchitectureRecord<typeof schema, keyof CnnConfig> = {
  schema,
  goal: 'images',
  sizes: [['channels'], ['dense']],
  synonyms: ['conv', 'convnet'],
};
