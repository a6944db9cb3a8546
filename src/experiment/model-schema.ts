import { z } from 'zod';
import { choice, count } from './option.ts';

const dropped = (what: string) =>
  z
    .number()
    .min(0)
    .max(0.95)
    .describe(`${what}, drawn anew for each batch of training; none are dropped in evaluation.`);

const dropout = dropped(
  'Fraction of hidden units set to zero after each hidden layer (Srivastava et al. 2014)',
).default(0);

const normalization = choice(
  {
    none: 'No normalisation.',
    batch:
      'Batch normalisation (Ioffe & Szegedy 2015): by the statistics of the batch; running averages in evaluation.',
    layer: 'Layer normalisation (Ba et al. 2016): within each sample, the same in training and evaluation.',
  },
  'Normalisation after each hidden layer, before its ReLU.',
);

export const modelSchema = z
  .discriminatedUnion('architecture', [
    z
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
      .describe('Multilayer perceptron: dense layers with ReLU, then a dense classifier.'),
    z
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
        dropout,
        normalization: normalization.default('batch'),
      })
      .describe('Small convolutional network: stages of 3×3 convolutions, then a dense classifier.'),
  ])
  .describe('A model built from scratch, with weights drawn from the seed.');
