import { z } from 'zod';
import { count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { bottleneck, dropped } from './options.ts';

/** Of the channels, in the narrowest network there is. */
export const narrowestResnet = 0.0625;

const schema = z
  .strictObject({
    architecture: z.literal('resnet').describe('Residual network in the style of CIFAR (He et al. 2015).'),
    depth: z
      .int()
      .min(8)
      .max(1202)
      .refine((depth) => depth % 6 === 2, {
        message: 'must be 6n + 2: 8, 14, 20, 26, 32, …',
      })
      .default(20)
      .describe(
        'Layers with weights, 6n + 2: a stem, three groups of n blocks of two 3×3 convolutions, and the classifier. Default 20.',
      ),
    blocks: count(
      'Keep only this many of the blocks, the first ones, as an exit does. Left out: all (depth − 2) / 2.',
      'blocks',
    )
      .max(600)
      .optional(),
    bottleneck,
    width: z
      .number()
      .min(narrowestResnet)
      .max(64)
      .default(1)
      .describe('Channels are 16, 32 and 64 times this in the three groups. Default 1.'),
    dropout: dropped('Fraction of the pooled features set to zero before the classifier').default(0),
  })
  .describe('Residual network for small images; each group halves height and width.');

export type ResnetConfig = z.output<typeof schema>;

export const resnet: ArchitectureRecord<typeof schema, keyof ResnetConfig> = {
  schema,
  goal: 'images',
  sizes: [['depth'], ['width']],
};
