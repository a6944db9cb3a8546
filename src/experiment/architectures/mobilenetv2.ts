import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { bottleneck, dropped } from './options.ts';
import { epsilon } from './transformer-options.ts';

/** Of the channels, in the narrowest network there is. */
export const narrowestMobilenet = 0.0625;
/** Inverted residuals of a whole network. */
export const mobilenetLayers = 16;

const schema = z
  .strictObject({
    architecture: z.literal('mobilenetv2').describe('MobileNetV2 (Sandler et al. 2018): inverted residuals.'),
    width: z
      .number()
      .min(narrowestMobilenet)
      .max(16)
      .default(1)
      .describe(
        'Channels are 16, 24, 32, 64, 96, 160 and 320 times this, as the maps get smaller. Default 1.',
      ),
    channelDivisor: count('Channels are rounded to a multiple of this. Default 8.', 'channels')
      .max(1024)
      .default(8),
    fewestChannels: count('No convolution has fewer channels than this. Default 8.', 'channels')
      .max(4096)
      .default(8),
    expansion: z
      .number()
      .min(0.125)
      .max(64)
      .default(6)
      .describe('Inside a layer there are this many times the channels it begins with. Default 6.'),
    wideOutput: z
      .boolean()
      .default(true)
      .describe(
        'Whether the last convolution keeps all its 1280 channels where width is below 1. Default true.',
      ),
    padding: choice(
      {
        tensorflow: 'As few zeros as needed, one more behind than before where they are odd.',
        symmetric: 'As many zeros before as behind, as in torchvision.',
      },
      'What convolutions see beyond the edges of their maps. Default tensorflow.',
    ).default('tensorflow'),
    activation: choice(
      { relu6: 'min(max(0, x), 6), as in the paper.', relu: 'max(0, x).' },
      'Activation.',
    ).default('relu6'),
    dropout: dropped('Fraction of the pooled features set to zero before the classifier').default(0.2),
    normEpsilon: epsilon
      .default(1e-3)
      .describe('Added to the variance by batch normalisation. Default 1e-3, as in transformers.'),
    layers: count(
      'Keep only this many of the 16 inverted residuals, the first ones, as an exit does. Left out: all.',
      'layers',
    )
      .max(mobilenetLayers)
      .optional(),
    bottleneck: bottleneck.describe(
      'Channels of separable 3×3 convolutions in place of the last one, first to last; each halves height and width. What an exit of a self-distilled model has (Zhang et al. 2019). Left out: the 1×1 convolution of the paper.',
    ),
  })
  .describe(
    'MobileNetV2: small and fast on phones, halves images five times; reads and writes its checkpoints of transformers.',
  );

export type MobilenetV2Config = z.output<typeof schema>;

export const mobilenetv2: ArchitectureRecord<typeof schema, keyof MobilenetV2Config> = {
  schema,
  goal: 'images',
  sizes: [['width'], ['layers']],
  synonyms: ['mobilenet'],
};
