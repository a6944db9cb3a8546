import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import { ropeScaling, ropeTheta } from './rope-options.ts';
import {
  attentionDropout,
  epsilon,
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
      .literal('llama')
      .describe('Transformer decoder that continues texts, with rotary positions.'),
    layout: choice(
      {
        llama: 'Llama (Touvron et al. 2023) and SmolLM.',
        mistral: 'Mistral: may see through a sliding window.',
        qwen2: 'Qwen2: biases on queries, keys and values.',
        qwen3: 'Qwen3: queries and keys are normalized in each head.',
      },
      'Whose details the model has; its checkpoints open in transformers as such. Default llama.',
    ).default('llama'),
    hiddenSize: hiddenSize.default(256),
    layers: transformerLayers.default(4),
    heads: heads.default(4),
    ...groupedHeads,
    intermediateSize: intermediateSize('8/3 of hiddenSize, rounded up to a multiple of 8'),
    attentionDropout: attentionDropout.default(0),
    positions,
    slidingWindow: count(
      'How many tokens each token sees, itself and those before it; not in layout llama. Left out: all.',
      'tokens',
    )
      .max(1_048_576)
      .optional(),
    ropeTheta,
    ropeScaling,
    rmsNormEpsilon: epsilon
      .default(1e-6)
      .describe('Added to the mean square by RMS normalisation. Default 1e-6.'),
    tieEmbeddings: tieEmbeddings('small models'),
    attentionBias: z
      .boolean()
      .optional()
      .describe(
        'Biases in attention; llama and qwen3 have the choice. Left out: on for qwen2 (where the output has none), else off.',
      ),
    feedForwardBias: z
      .boolean()
      .default(false)
      .describe('Biases in the feed-forward part, only in layout llama. Default false.'),
  })
  .describe(
    'Causal language model with rotary positions, RMS normalisation and SwiGLU; reads and writes Llama, SmolLM, Mistral, Qwen2 and Qwen3 checkpoints.',
  );

export type LlamaConfig = z.output<typeof schema>;

export const llama: ArchitectureRecord<typeof schema, keyof LlamaConfig> = {
  schema,
  goal: 'language-model',
  sizes: layersByWidth,
};
