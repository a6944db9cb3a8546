import { z } from 'zod';
import { choice, count } from '../../schema/option.ts';
import { of } from '../of.ts';
import type { StrategyRecord } from '../strategy-record.ts';

const schema = z
  .strictObject({
    kind: z.literal('quantize').describe('Fewer bits per weight, no training.'),
    of,
    scheme: choice(
      {
        float16: 'Weights in 16 bits: half the size, practically the same answers.',
        'int8-weights':
          'Weights in 8 bits, one scale per output channel; they are made float when the model is loaded, so it is a quarter of the size and as fast as before.',
        int8: 'Weights and activations in 8 bits, so that products are computed in integers; an ONNX graph needs version 13 of its operators. The ranges of the activations are measured on training samples.',
        'int4-weights':
          'Weights of products in 4 bits, one scale per group of inputs; embeddings in 8 bits per row, and so are convolutions of ONNX graphs that are written for less than version 21 of its operators.',
      },
      'How weights are stored, and how the model computes. Default int8-weights: a quarter of the size, hardly ever a loss.',
    ).default('int8-weights'),
    groupSize: z
      .int()
      .min(16)
      .max(256)
      .refine((size) => Number.isInteger(Math.log2(size)), {
        message: 'must be a power of two: 16, 32, 64, 128 or 256.',
      })
      .default(32)
      .meta({
        description:
          'int4-weights only: inputs of one output that share a scale; the last group of a row may be shorter. Smaller groups are more exact and take more scales. Default 32.',
        unit: 'weights',
      }),
    calibrationSamples: count(
      'int8 only: training samples on which the ranges of the activations are measured. Default 256.',
      'samples',
    )
      .max(100_000)
      .default(256),
    percentile: z
      .number()
      .min(50)
      .max(100)
      .default(99.99)
      .describe(
        'int8 only: this share of the measured activations, in percent, lies within the range; what lies outside is clipped. 100 takes the smallest and the largest. Default 99.99: a few outliers do not cost all others their precision.',
      ),
    keepEnds: z
      .boolean()
      .default(false)
      .describe(
        'Leave the first and the last layer in float, which are often the most sensitive. Normalisations and biases always stay float. Default false.',
      ),
  })
  .meta({
    description: 'Quantization: the same model with fewer bits per weight.',
    formula: 'w ≈ s·q, q = round(w / s) whole, s = max|w| / (2^(bits−1) − 1) per output channel or group',
  });

export type QuantizeConfig = z.output<typeof schema>;

export const quantize: StrategyRecord<typeof schema> = {
  schema,
  idle: ({ scheme }) => [
    ...(scheme === 'int4-weights'
      ? []
      : [{ path: ['groupSize'], why: 'only scheme "int4-weights" uses it' }]),
    ...(scheme === 'int8'
      ? []
      : ['calibrationSamples', 'percentile'].map((option) => ({
          path: [option],
          why: 'only scheme "int8" uses it',
        }))),
    ...(scheme === 'float16' ? [{ path: ['keepEnds'], why: 'float16 keeps every layer a float' }] : []),
  ],
};
