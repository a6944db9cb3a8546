import { z } from 'zod';
import { choice, count, fraction } from './option.ts';

/** The alternatives to distillation: a model that is there already is made smaller. */

const of = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .default('teacher')
  .describe(
    'What is made smaller: "teacher", or a finished student: the id of a run, or a folder with config.json and model.safetensors, relative to the folder of this file or absolute. Default teacher.',
  );

export const quantizeSchema = z
  .strictObject({
    kind: z.literal('quantize').describe('Fewer bits per weight, no training.'),
    of,
    scheme: choice(
      {
        float16: 'Weights in 16 bits: half the size, practically the same answers.',
        'int8-weights':
          'Weights in 8 bits, one scale per output channel; they are made float when the model is loaded, so it is a quarter of the size and as fast as before.',
        int8: 'Weights and activations in 8 bits, so that products are computed in integers. The ranges of the activations are measured on training samples.',
        'int4-weights':
          'Weights of products in 4 bits, one scale per group of inputs; embeddings in 8 bits per row.',
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

export const pruneSchema = z
  .strictObject({
    kind: z.literal('prune').describe('Weights or units are taken away.'),
    of,
    method: choice(
      {
        structured:
          'Whole neurons, channels, attention heads and feed-forward units go, those of the smallest norm: the model really gets smaller and faster.',
        magnitude:
          'Single weights become zero, the smallest first: the model keeps its shape and its speed, and its file leaves the zeros out.',
      },
      'What is taken away. Default structured.',
    ).default('structured'),
    sparsity: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe(
        'Fraction that is taken away: of each layer’s units, or of all weights of products and convolutions. Default 0.5.',
      ),
    norm: choice(
      {
        l1: 'Sum of absolute weights (Li et al. 2017).',
        l2: 'Root of the sum of squared weights.',
      },
      'structured only: how the importance of a unit is told from its weights. Default l1.',
    ).default('l1'),
    scope: choice(
      {
        global: 'The smallest weights of the whole model.',
        layer: 'The same fraction of every layer.',
      },
      'magnitude only: among which weights the smallest are looked for. Default global.',
    ).default('global'),
    storage: choice(
      {
        sparse:
          'A bit for each weight, and the values of those that are not zero: at a sparsity of 0.8 a quarter of the bytes. Distillery reads it; the model card has the lines that unpack it for others.',
        dense: 'Zeros take as many bytes as other weights, and transformers opens the file.',
      },
      'magnitude only: how the weights lie on disk. Default sparse.',
    ).default('sparse'),
    ramp: fraction(
      'magnitude only: fraction of all training steps over which sparsity rises from 0 to its end along a cubic (Zhu & Gupta 2017); 0 takes all away at once. Default 0.5.',
    ).default(0.5),
  })
  .meta({
    description: 'Pruning: a model without its least important weights or units, trained on after.',
    formula: 'magnitude: s_t = s·(1 − (1 − t/t_end)³), smallest |w| become 0; then CE(labels, z_s)',
  });

export type QuantizeConfig = z.output<typeof quantizeSchema>;
export type PruneConfig = z.output<typeof pruneSchema>;
export type CompressionConfig = QuantizeConfig | PruneConfig;

/** Whether a strategy makes a model smaller that is there already, instead of training a student. */
export function compresses<S extends { readonly kind?: unknown }>(
  strategy: S,
): strategy is S & { readonly kind: 'quantize' | 'prune' } {
  return strategy.kind === 'quantize' || strategy.kind === 'prune';
}
