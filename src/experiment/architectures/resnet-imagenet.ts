import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { bottleneck } from './options.ts';
import { activation } from './transformer-options.ts';

const mostGroups = 8;

const schema = z
  .strictObject({
    architecture: z
      .literal('resnet-imagenet')
      .describe('Residual network in the style of ImageNet (He et al. 2015): ResNet-18, -34, -50 and so on.'),
    blockKind: choice(
      {
        basic: 'Two 3×3 convolutions, as in ResNet-18 and -34.',
        bottleneck: '1×1, 3×3 and 1×1, the inner ones of a quarter of the channels, as in ResNet-50.',
      },
      'What blocks are made of. Default basic.',
    ).default('basic'),
    blocks: z
      .array(count('Blocks of this group.', 'blocks').max(256))
      .min(1)
      .max(mostGroups)
      .default([2, 2, 2, 2])
      .describe(
        'Blocks of each group, first to last: [2, 2, 2, 2] in ResNet-18, [3, 4, 6, 3] in ResNet-34 and -50. Each group but the first halves height and width. Default [2, 2, 2, 2].',
      ),
    channels: z
      .array(count('Channels of this group.', 'channels').max(16_384))
      .min(1)
      .max(mostGroups)
      .default([64, 128, 256, 512])
      .describe(
        'Channels that the blocks of each group make, as many as there are groups: [256, 512, 1024, 2048] in ResNet-50. Default [64, 128, 256, 512].',
      ),
    stemChannels: count('Channels of the first convolution, 7×7. Default 64.', 'channels')
      .max(16_384)
      .default(64),
    activation: activation
      .default('relu')
      .describe(
        'Activation of the first convolution and of what blocks add up to; within blocks it is relu.',
      ),
    halveFirst: z
      .boolean()
      .default(false)
      .describe('Whether the first group, too, halves height and width. Default false.'),
    strideFirst: z
      .boolean()
      .default(false)
      .describe(
        'Whether bottlenecks halve maps in their first convolution, as in the paper, or in their second, as in torchvision. Default false.',
      ),
    bottleneck,
  })
  .describe(
    'Residual network for large images, which its stem makes four times smaller; reads and writes ResNet checkpoints of transformers.',
  );

export type ResnetImagenetConfig = z.output<typeof schema>;

export const resnetImagenet: ArchitectureRecord<typeof schema, keyof ResnetImagenetConfig> = {
  schema,
  goal: 'images',
  sizes: [['blocks'], ['channels']],
  synonyms: ['resnet18', 'resnet34', 'resnet50', 'imagenetresnet'],
};
