import { z } from 'zod';
import type { ArchitectureRecord } from './architecture-record.ts';
import { dropped } from './options.ts';
import {
  activation,
  attentionDropout,
  epsilon,
  layersByWidth,
  positions,
  residualDropout,
  tieEmbeddings,
  transformerSizes,
} from './transformer-options.ts';

const schema = z
  .strictObject({
    architecture: z.literal('gpt2').describe('Transformer decoder that continues texts.'),
    ...transformerSizes,
    activation: activation.default('gelu_new'),
    dropout: residualDropout.default(0.1),
    embeddingDropout: dropped('Fraction of the embeddings set to zero; left out: as dropout').optional(),
    attentionDropout: attentionDropout.default(0.1),
    positions,
    tieEmbeddings: tieEmbeddings('GPT-2'),
    layerNormEpsilon: epsilon
      .default(1e-5)
      .describe('Added to the variance by layer normalisation. Default 1e-5, as in GPT-2.'),
  })
  .describe('Causal language model (Radford et al. 2019); reads and writes GPT-2 checkpoints.');

export type Gpt2Config = z.output<typeof schema>;

export const gpt2: ArchitectureRecord<typeof schema, keyof Gpt2Config> = {
  schema,
  goal: 'language-model',
  sizes: layersByWidth,
};
