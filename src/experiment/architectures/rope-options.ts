import { z } from 'zod';
import { count } from '../schema/option.ts';

/** Options of rotary positions. */

export const ropeTheta = z
  .number()
  .positive()
  .default(10_000)
  .describe('Base of the rotary wavelengths. Default 10,000.');

const originalPositions = count('Positions the model was trained on at first.', 'tokens');

const linear = z
  .strictObject({
    kind: z.literal('linear').describe('All positions divided by one factor.'),
    factor: z.number().min(1).describe('Positions are divided by this.'),
  })
  .describe('All positions divided by one factor.');

const llama3 = z
  .strictObject({
    kind: z.literal('llama3').describe('As in Llama 3.1: long waves stretched, short ones kept.'),
    factor: z.number().min(1).describe('How far the long waves are stretched.'),
    lowFrequencyFactor: z
      .number()
      .positive()
      .describe('Fewer turns than this in the original positions: stretched.'),
    highFrequencyFactor: z
      .number()
      .positive()
      .describe('More turns than this in the original positions: kept.'),
    originalPositions,
  })
  .describe('As in Llama 3.1: long waves stretched, short ones kept.');

const yarn = z
  .strictObject({
    kind: z.literal('yarn').describe('YaRN (Peng et al. 2023): long waves stretched, attention sharpened.'),
    factor: z.number().min(1).describe('How far the long waves are stretched.'),
    originalPositions,
    fastTurns: z
      .number()
      .positive()
      .default(32)
      .describe('Waves with more turns than this in the original positions are kept. Default 32.'),
    slowTurns: z
      .number()
      .positive()
      .default(1)
      .describe('Waves with fewer turns than this in the original positions are stretched. Default 1.'),
    truncate: z
      .boolean()
      .default(true)
      .describe('Whether the range of waves between the two is widened to whole waves. Default true.'),
    attentionFactor: z
      .number()
      .positive()
      .describe(
        'What rotated queries and keys are multiplied by, each. Left out: 0.1 · ln(factor) + 1, as in the paper.',
      )
      .optional(),
  })
  .describe('YaRN (Peng et al. 2023): long waves stretched, attention sharpened.');

const dynamic = z
  .strictObject({
    kind: z
      .literal('dynamic')
      .describe('Waves as trained up to all positions of the model; stretched by transformers beyond them.'),
    factor: z
      .number()
      .min(1)
      .describe('How far transformers stretches waves in texts longer than the model has positions.'),
  })
  .describe('Waves as trained up to all positions of the model; stretched by transformers beyond them.');

export const ropeScaling = z
  .discriminatedUnion('kind', [linear, llama3, yarn, dynamic])
  .describe('How positions beyond those of the first training are squeezed into it. Left out: they are not.')
  .optional();
