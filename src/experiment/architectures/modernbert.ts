import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { dropped } from './options.ts';
import { ropeTheta } from './rope-options.ts';
import {
  activation,
  epsilon,
  globalLayers,
  intermediateSize,
  layersByWidth,
  positions,
  transformerSizes,
} from './transformer-options.ts';

const biases = (where: string) =>
  z.boolean().default(false).describe(`Biases in ${where}. Default false, as in ModernBERT.`);

const schema = z
  .strictObject({
    architecture: z
      .literal('modernbert')
      .describe('Transformer encoder that classifies texts, with rotary positions.'),
    ...transformerSizes,
    intermediateSize: intermediateSize('1.5 times hiddenSize, as in ModernBERT base'),
    activation: activation.default('gelu'),
    pooling: choice(
      {
        cls: 'The vector of the first token.',
        mean: 'The mean over all tokens.',
      },
      'What of the last layer the head classifies. Default cls.',
    ).default('cls'),
    globalEvery: count(
      'One of so many layers looks at the whole text, the first one and so on; the others look at what is near. 1: all look at the whole. Default 3.',
      'layers',
    )
      .max(1024)
      .default(3),
    globalLayers: globalLayers(
      'Which layers look at the whole text, where they follow no regular pattern; transformers opens such a model from version 5 on.',
    ),
    localAttention: count(
      'Width of what the other layers look at: half of it on either side of each token. Default 128.',
      'tokens',
    )
      .max(1_048_576)
      .default(128),
    globalRopeTheta: ropeTheta
      .default(160_000)
      .describe('Base of the rotary wavelengths where layers look at the whole text. Default 160,000.'),
    localRopeTheta: ropeTheta.describe(
      'Base of the rotary wavelengths where layers look at what is near. Default 10,000.',
    ),
    embeddingDropout: dropped('Fraction of the embeddings set to zero').default(0),
    attentionDropout: dropped(
      'Fraction of attention weights, and of what attention makes, set to zero',
    ).default(0),
    feedForwardDropout: dropped('Fraction of the units inside the feed-forward part set to zero').default(0),
    classifierDropout: dropped('Fraction of the pooled vector set to zero before the classifier').default(0),
    positions,
    attentionBias: biases('attention'),
    feedForwardBias: biases('the feed-forward part'),
    normBias: biases('normalisations'),
    headBias: biases('the hidden layer of the head'),
    layerNormEpsilon: epsilon
      .default(1e-5)
      .describe('Added to the variance by layer normalisation. Default 1e-5, as in ModernBERT.'),
  })
  .describe(
    'Transformer encoder with rotary positions, gated units and local attention (Warner et al. 2024) that classifies texts; reads and writes ModernBERT checkpoints.',
  );

export type ModernBertConfig = z.output<typeof schema>;

export const modernbert: ArchitectureRecord<typeof schema, keyof ModernBertConfig> = {
  schema,
  goal: 'classification',
  sizes: layersByWidth,
};
