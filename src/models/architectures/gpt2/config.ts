import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { Gpt2Config } from '../../../experiment/architectures/gpt2.ts';
import { activationOf } from '../../huggingface/activations.ts';
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
import { padIdOf, tokenIdSchema } from '../../huggingface/token-ids.ts';

const schema = z.object({
  ...tokenIdSchema.shape,
  vocab_size: size,
  n_embd: size,
  n_layer: size,
  n_head: size,
  n_inner: optional(size),
  n_positions: size.default(1024),
  activation_function: z.string().default('gelu_new'),
  resid_pdrop: rate.default(0.1),
  embd_pdrop: rate.default(0.1),
  attn_pdrop: rate.default(0.1),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.boolean().default(false),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readGpt2Config(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  if (!found.scale_attn_weights)
    throw unsupported(file, 'attention without scaling (scale_attn_weights false)');
  if (found.scale_attn_by_inverse_layer_idx) throw unsupported(file, 'scale_attn_by_inverse_layer_idx');
  if (found.add_cross_attention) throw unsupported(file, 'add_cross_attention');
  const activation = activationOf(found.activation_function, file);
  const config = checkedConfig(
    {
      architecture: 'gpt2',
      hiddenSize: found.n_embd,
      layers: found.n_layer,
      heads: found.n_head,
      intermediateSize: found.n_inner,
      activation,
      dropout: found.resid_pdrop,
      embeddingDropout: found.embd_pdrop,
      attentionDropout: found.attn_pdrop,
      positions: found.n_positions,
      tieEmbeddings: found.tie_word_embeddings,
      layerNormEpsilon: found.layer_norm_epsilon,
    },
    file,
  );
  const text = {
    goal: 'language-model',
    vocabulary: found.vocab_size,
    length: found.n_positions,
    padId: padIdOf(found),
  } as const;
  return { config, task: { classes: found.vocab_size, text } };
}

/** The config.json by which transformers opens the model. */
export function writeGpt2Config(config: Gpt2Config, task: TaskShape): Record<string, unknown> {
  const text = task.text!;
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: text.vocabulary,
    n_embd: config.hiddenSize,
    n_layer: config.layers,
    n_head: config.heads,
    n_inner: config.intermediateSize ?? null,
    n_positions: config.positions ?? text.length,
    activation_function: config.activation,
    resid_pdrop: config.dropout,
    embd_pdrop: config.embeddingDropout ?? config.dropout,
    attn_pdrop: config.attentionDropout,
    layer_norm_epsilon: config.layerNormEpsilon,
    tie_word_embeddings: config.tieEmbeddings,
    initializer_range: 0.02,
    pad_token_id: text.padId,
  };
}
