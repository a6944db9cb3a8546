import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import {
  checkedConfig,
  type ModelDescription,
  optional,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from '../../huggingface/description.ts';
import { readRope, ropeKeys, ropeSchema } from '../../huggingface/rope.ts';
import { padIdOf, tokenIdSchema } from '../../huggingface/token-ids.ts';
import { llamaLayouts } from './layouts.ts';
import { llamaIntermediateSize } from './sizes.ts';
import { windowOf, windowSchema } from './windows.ts';

const schema = z.object({
  ...tokenIdSchema.shape,
  ...ropeSchema.shape,
  ...windowSchema.shape,
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: optional(size),
  head_dim: optional(size),
  intermediate_size: size,
  hidden_act: z.string().default('silu'),
  max_position_embeddings: size,
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_dropout: rate.default(0),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readLlamaConfig(type: string, raw: RawConfig, file: string): ModelDescription {
  const name = type as LlamaConfig['layout'];
  const layout = llamaLayouts[name];
  const found = parseRaw(schema, { ...layout.absent, ...raw }, file);
  if (found.hidden_act !== 'silu') throw unsupported(file, `the activation "${found.hidden_act}"`);
  const { attentionBias } = layout;
  const config = checkedConfig(
    {
      architecture: 'llama',
      layout: name,
      hiddenSize: found.hidden_size,
      layers: found.num_hidden_layers,
      heads: found.num_attention_heads,
      keyValueHeads: found.num_key_value_heads,
      headSize: found.head_dim,
      intermediateSize: found.intermediate_size,
      attentionDropout: found.attention_dropout,
      positions: found.max_position_embeddings,
      slidingWindow: windowOf(found, found.num_hidden_layers, layout, file),
      ...readRope(found, found.max_position_embeddings, file),
      rmsNormEpsilon: found.rms_norm_eps,
      tieEmbeddings: found.tie_word_embeddings,
      attentionBias: attentionBias === 'asked' ? found.attention_bias : attentionBias === 'always',
      feedForwardBias: layout.feedForwardBias && found.mlp_bias,
    },
    file,
  );
  const text = {
    goal: 'language-model',
    vocabulary: found.vocab_size,
    length: found.max_position_embeddings,
    padId: padIdOf(found),
  } as const;
  return { config, task: { classes: found.vocab_size, text } };
}

/** The config.json by which transformers opens the model, in the words of its versions 4 and 5 alike. */
export function writeLlamaConfig(config: LlamaConfig, task: TaskShape): Record<string, unknown> {
  const text = task.text!;
  const layout = llamaLayouts[config.layout];
  return {
    architectures: [layout.transformersClass],
    model_type: config.layout,
    vocab_size: text.vocabulary,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads ?? config.heads,
    ...(config.headSize !== undefined && { head_dim: config.headSize }),
    intermediate_size: llamaIntermediateSize(config),
    hidden_act: 'silu',
    max_position_embeddings: config.positions ?? text.length,
    rms_norm_eps: config.rmsNormEpsilon,
    attention_dropout: config.attentionDropout,
    tie_word_embeddings: config.tieEmbeddings,
    ...layout.ownKeys(config),
    ...ropeKeys(config),
    initializer_range: 0.02,
    pad_token_id: text.padId,
  };
}
