import { z } from 'zod';
import { count } from './fields.ts';

const dropout = z
  .number()
  .min(0)
  .max(0.95)
  .default(0)
  .describe('Fraction of hidden units dropped while training.');
const normalization = z
  .enum(['none', 'batch', 'layer'])
  .describe('Normalisation after each hidden layer: none, batch (batch statistics) or layer (per sample).');

export const modelSchema = z
  .discriminatedUnion('architecture', [
    z
      .strictObject({
        architecture: z.literal('mlp'),
        hidden: z
          .array(count('Units.'))
          .min(1)
          .max(64)
          .describe('Units of each hidden layer, first to last.'),
        dropout,
        inputDropout: z
          .number()
          .min(0)
          .max(0.95)
          .default(0)
          .describe('Fraction of input pixels dropped while training.'),
        normalization: normalization.default('none'),
      })
      .describe('Multilayer perceptron with ReLU.'),
    z
      .strictObject({
        architecture: z.literal('cnn'),
        channels: z
          .array(count('Channels.'))
          .min(1)
          .max(16)
          .describe('Channels of each stage: a 3×3 convolution, normalisation, ReLU and 2×2 max pooling.'),
        dense: count('Units of the dense layer before the classifier.').optional(),
        dropout,
        normalization: normalization.default('batch'),
      })
      .describe('Small convolutional network.'),
  ])
  .describe('A model built from scratch.');
