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
import { padIdOf, tokenIdSchema } from '../../huggingface/token-ids.ts';
import type { RotaryScaling } from '../../layers/rotary.ts';
import { llamaLayouts } from './layouts.ts';
import { llamaIntermediateSize } from './sizes.ts';

/** transformers 5 has one object of rotary settings; 4 has rope_theta beside rope_scaling, whose kind was once `type`. */
const ropeSchema = z.object({
  rope_type: optional(z.string()),
  type: optional(z.string()),
  rope_theta: optional(z.number().positive()),
  factor: optional(z.number().min(1)),
  low_freq_factor: optional(z.number().positive()),
  high_freq_factor: optional(z.number().positive()),
  original_max_position_embeddings: optional(size),
});

const schema = z.object({
  ...tokenIdSchema.shape,
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: optional(size),
  head_dim: optional(size),
  intermediate_size: size,
  hidden_act: z.string().default('silu'),
  max_position_embeddings: size.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_dropout: rate.default(0),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  rope_theta: optional(z.number().positive()),
  rope_scaling: optional(ropeSchema),
  rope_parameters: optional(ropeSchema),
  use_sliding_window: z.boolean().default(false),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readLlamaConfig(type: string, raw: RawConfig, file: string): ModelDescription {
  const layout = type as LlamaConfig['layout'];
  const found = parseRaw(schema, raw, file);
  if (found.hidden_act !== 'silu') throw unsupported(file, `the activation "${found.hidden_act}"`);
  if (found.use_sliding_window) throw unsupported(file, 'attention through a sliding window');
  const rope = found.rope_parameters ?? found.rope_scaling;
  const config = checkedConfig(
    {
      architecture: 'llama',
      layout,
      hiddenSize: found.hidden_size,
      layers: found.num_hidden_layers,
      heads: found.num_attention_heads,
      keyValueHeads: found.num_key_value_heads,
      headSize: found.head_dim,
      intermediateSize: found.intermediate_size,
      attentionDropout: found.attention_dropout,
      positions: found.max_position_embeddings,
      ropeTheta: rope?.rope_theta ?? found.rope_theta ?? 10_000,
      ropeScaling: rope && scalingOf(rope, found.max_position_embeddings, file),
      rmsNormEpsilon: found.rms_norm_eps,
      tieEmbeddings: found.tie_word_embeddings,
      attentionBias: llamaLayouts[layout].attentionBias || found.attention_bias,
      feedForwardBias: found.mlp_bias,
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

function scalingOf(
  rope: z.output<typeof ropeSchema>,
  positions: number,
  file: string,
): RotaryScaling | undefined {
  const kind = rope.rope_type ?? rope.type ?? 'default';
  switch (kind) {
    case 'default':
      return undefined;
    case 'linear':
      return { kind, factor: rope.factor ?? 1 };
    case 'llama3':
      return {
        kind,
        factor: rope.factor ?? 1,
        lowFrequencyFactor: rope.low_freq_factor ?? 1,
        highFrequencyFactor: rope.high_freq_factor ?? 4,
        originalPositions: rope.original_max_position_embeddings ?? positions,
      };
    default:
      throw unsupported(file, `the rotary scaling "${kind}"`);
  }
}

/** The config.json by which transformers opens the model, in the words of its versions 4 and 5 alike. */
export function writeLlamaConfig(config: LlamaConfig, task: TaskShape): Record<string, unknown> {
  const text = task.text!;
  const layout = llamaLayouts[config.layout];
  const scaling = config.ropeScaling && {
    rope_type: config.ropeScaling.kind,
    factor: config.ropeScaling.factor,
    ...(config.ropeScaling.kind === 'llama3' && {
      low_freq_factor: config.ropeScaling.lowFrequencyFactor,
      high_freq_factor: config.ropeScaling.highFrequencyFactor,
      original_max_position_embeddings: config.ropeScaling.originalPositions,
    }),
  };
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
    rope_theta: config.ropeTheta,
    rope_scaling: scaling ?? null,
    rope_parameters: { rope_type: 'default', ...scaling, rope_theta: config.ropeTheta },
    initializer_range: 0.02,
    pad_token_id: text.padId,
  };
}
