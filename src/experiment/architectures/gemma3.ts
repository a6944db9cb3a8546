import { z } from 'zod';
import { count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { ropeScaling, ropeTheta } from './rope-options.ts';
import {
  activation,
  attentionDropout,
  epsilon,
  globalLayers,
  groupedHeads,
  heads,
  hiddenSize,
  intermediateSize,
  layersByWidth,
  positions,
  tieEmbeddings,
  transformerLayers,
} from './transformer-options.ts';

const schema = z
  .strictObject({
    architecture: z
      .literal('gemma3')
      .describe('Transformer decoder that continues texts, most of whose layers look at what is near.'),
    hiddenSize: hiddenSize.default(256),
    layers: transformerLayers.default(6),
    heads: heads.default(4),
    ...groupedHeads,
    intermediateSize: intermediateSize('4 times hiddenSize'),
    activation: activation
      .default('gelu_new')
      .describe('Activation of the gates in the feed-forward part. Default gelu_new, as in Gemma 3.'),
    attentionDropout: attentionDropout.default(0),
    positions,
    globalEvery: count(
      'One of so many layers sees everything before each token, the last of them; the others see a window. 1: all see everything. Default 6, as in Gemma 3.',
      'layers',
    )
      .max(1024)
      .default(6),
    globalLayers: globalLayers(
      'Which layers see everything before each token, where they follow no regular pattern.',
    ),
    slidingWindow: count(
      'How many tokens each token sees in the other layers, itself and those before it. Default 512, as in Gemma 3 1B.',
      'tokens',
    )
      .max(1_048_576)
      .default(512),
    ropeTheta: ropeTheta
      .default(1_000_000)
      .describe('Base of the rotary wavelengths where layers see everything. Default 1,000,000.'),
    localRopeTheta: ropeTheta.describe(
      'Base of the rotary wavelengths where layers see a window. Default 10,000.',
    ),
    ropeScaling: ropeScaling.describe(
      'How positions beyond those of the first training are squeezed into it where layers see everything. Left out: they are not.',
    ),
    queryScalar: count(
      'Products of queries and keys are divided by the square root of this. Left out: the width of a head.',
    )
      .max(1_048_576)
      .optional(),
    rmsNormEpsilon: epsilon
      .default(1e-6)
      .describe('Added to the mean square by RMS normalisation. Default 1e-6.'),
    tieEmbeddings: tieEmbeddings('Gemma 3'),
    attentionBias: z.boolean().default(false).describe('Biases in attention. Default false, as in Gemma 3.'),
  })
  .describe(
    'Causal language model with local and global attention, four normalisations a layer and scaled embeddings (Gemma Team 2025); reads and writes the text models of Gemma 3.',
  );

export type Gemma3Config = z.output<typeof schema>;

export const gemma3: ArchitectureRecord<typeof schema, keyof Gemma3Config> = {
  schema,
  goal: 'language-model',
  sizes: layersByWidth,
  synonyms: ['gemma'],
};
