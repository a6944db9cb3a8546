import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { Gemma3Config } from '../../../experiment/architectures/gemma3.ts';
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
import { kindsOfRope, kindsOfRopeKeys, kindsOfRopeSchema } from '../../huggingface/rope-kinds.ts';
import { padIdOf, tokenIdSchema } from '../../huggingface/token-ids.ts';
import { layerTypesOf, wholeOfTypes } from '../reach.ts';
import { gemma3HeadSize, gemma3IntermediateSize, gemma3Reach } from './sizes.ts';

const usualPattern = 6;
const softcapping = optional(z.number());

/** Where nothing is said, transformers takes what Gemma 3 4B has. */
const schema = z.object({
  ...tokenIdSchema.shape,
  ...kindsOfRopeSchema.shape,
  pad_token_id: z.int().min(0).nullable().default(0),
  vocab_size: size.default(262_208),
  hidden_size: size.default(2304),
  num_hidden_layers: size.default(26),
  num_attention_heads: size.default(8),
  num_key_value_heads: size.default(4),
  head_dim: size.default(256),
  intermediate_size: size.default(9216),
  hidden_activation: z.string().default('gelu_pytorch_tanh'),
  max_position_embeddings: size.default(131_072),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_dropout: rate.default(0),
  attention_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(true),
  query_pre_attn_scalar: size.default(256),
  sliding_window: size.nullable().default(4096),
  sliding_window_pattern: optional(size),
  _sliding_window_pattern: optional(size),
  layer_types: optional(z.array(z.string())),
  final_logit_softcapping: softcapping,
  attn_logit_softcapping: softcapping,
  use_bidirectional_attention: optional(z.boolean()),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readGemma3Config(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  for (const key of ['final_logit_softcapping', 'attn_logit_softcapping'] as const)
    if (found[key] !== undefined) throw unsupported(file, `a bound on logits (${key})`);
  if (found.use_bidirectional_attention)
    throw unsupported(file, 'attention to later tokens (use_bidirectional_attention)');
  const layers = found.num_hidden_layers;
  const every = found.sliding_window_pattern ?? found._sliding_window_pattern ?? usualPattern;
  const whole = found.layer_types
    ? wholeOfTypes(found.layer_types, layers, file)
    : gemma3Reach.of({ layers, globalEvery: every });
  if (found.sliding_window === null && whole.includes(false))
    throw unsupported(file, 'a sliding window of no size (sliding_window)');
  const { full, local } = kindsOfRope(found, found.max_position_embeddings, file);
  const config = checkedConfig(
    {
      architecture: 'gemma3',
      hiddenSize: found.hidden_size,
      layers,
      heads: found.num_attention_heads,
      keyValueHeads: found.num_key_value_heads,
      headSize: found.head_dim,
      intermediateSize: found.intermediate_size,
      activation: activationOf(found.hidden_activation, file),
      attentionDropout: found.attention_dropout,
      positions: found.max_position_embeddings,
      ...gemma3Reach.patternOf(whole, every),
      ...(found.sliding_window !== null && { slidingWindow: found.sliding_window }),
      ...full,
      localRopeTheta: local,
      queryScalar: found.query_pre_attn_scalar,
      rmsNormEpsilon: found.rms_norm_eps,
      tieEmbeddings: found.tie_word_embeddings,
      attentionBias: found.attention_bias,
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

/** The config.json of Gemma3ForCausalLM, in the words of versions 4 and 5 of transformers alike. */
export function writeGemma3Config(config: Gemma3Config, task: TaskShape): Record<string, unknown> {
  const text = task.text!;
  const whole = gemma3Reach.of(config);
  const { globalEvery, globalLayers } = gemma3Reach.patternOf(whole, config.globalEvery);
  return {
    architectures: ['Gemma3ForCausalLM'],
    model_type: 'gemma3_text',
    vocab_size: text.vocabulary,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads ?? config.heads,
    head_dim: gemma3HeadSize(config),
    intermediate_size: gemma3IntermediateSize(config),
    hidden_activation: config.activation === 'gelu_new' ? 'gelu_pytorch_tanh' : config.activation,
    max_position_embeddings: config.positions ?? text.length,
    rms_norm_eps: config.rmsNormEpsilon,
    attention_dropout: config.attentionDropout,
    attention_bias: config.attentionBias,
    tie_word_embeddings: config.tieEmbeddings,
    query_pre_attn_scalar: config.queryScalar ?? gemma3HeadSize(config),
    sliding_window: config.slidingWindow,
    // Versions that know regular patterns alone would misread another one.
    ...(!globalLayers && { sliding_window_pattern: globalEvery }),
    layer_types: layerTypesOf(whole),
    final_logit_softcapping: null,
    attn_logit_softcapping: null,
    use_bidirectional_attention: false,
    ...kindsOfRopeKeys(config, config.localRopeTheta),
    initializer_range: 0.02,
    pad_token_id: text.padId,
  };
}
