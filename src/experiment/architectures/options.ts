import { z } from 'zod';
import { choice, count } from '../schema/option.ts';

/** Options that several architectures share. */

export const dropped = (what: string) =>
  z
    .number()
    .min(0)
    .max(0.95)
    .describe(`${what}, drawn anew for each batch of training; none are dropped in evaluation.`);

export const dropout = dropped(
  'Fraction of hidden units set to zero after each hidden layer (Srivastava et al. 2014)',
).default(0);

export const normalization = choice(
  {
    none: 'No normalisation.',
    batch:
      'Batch normalisation (Ioffe & Szegedy 2015): by the statistics of the batch; running averages in evaluation.',
    layer: 'Layer normalisation (Ba et al. 2016): within each sample, the same in training and evaluation.',
  },
  'Normalisation after each hidden layer, before its ReLU.',
);

export const bottleneck = z
  .array(count('Channels of this convolution.', 'channels').max(4096))
  .max(16)
  .describe(
    'Channels of separable 3×3 convolutions between the last maps and what classifies them, first to last; each halves height and width. What an exit of a self-distilled model has (Zhang et al. 2019). Left out: none.',
  )
  .optional();
