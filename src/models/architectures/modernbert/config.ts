import { z } from 'zod';
import type { TaskShape } from '../../../data/dataset.ts';
import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';
import { activationOf } from '../../huggingface/activations.ts';
import {
  type ModelDescription,
  optional,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from '../../huggingface/description.ts';
import { describeClassifier, textClassifierKeys } from '../../huggingface/text-classifier.ts';
import { layerTypesOf, wholeOfTypes } from '../reach.ts';
import { modernBertIntermediateSize, modernBertReach } from './sizes.ts';

const theta = optional(z.number().positive());
const ropeSchema = z.object({
  rope_type: optional(z.string()),
  type: optional(z.string()),
  rope_theta: theta,
});

/** Where nothing is said, transformers takes what ModernBERT base has. */
const schema = z.object({
  vocab_size: size.default(50_368),
  pad_token_id: z.int().min(0).nullable().default(50_283),
  hidden_size: size.default(768),
  intermediate_size: size.default(1152),
  num_hidden_layers: size.default(22),
  num_attention_heads: size.default(12),
  hidden_activation: z.string().default('gelu'),
  max_position_embeddings: size.default(8192),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  classifier_bias: z.boolean().default(false),
  embedding_dropout: rate.default(0),
  attention_dropout: rate.default(0),
  mlp_dropout: rate.default(0),
  classifier_dropout: rate.default(0),
  classifier_activation: z.string().default('gelu'),
  classifier_pooling: z.string().default('cls'),
  local_attention: size.default(128),
  global_attn_every_n_layers: optional(size),
  layer_types: optional(z.array(z.string())),
  global_rope_theta: theta,
  local_rope_theta: z.number().positive().nullable().default(10_000),
  rope_parameters: optional(
    z.object({ full_attention: optional(ropeSchema), sliding_attention: optional(ropeSchema) }),
  ),
  rope_scaling: optional(ropeSchema),
});

type Found = z.output<typeof schema>;

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readModernBertConfig(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(schema, raw, file);
  const { hidden_activation: activation, classifier_activation: ofHead, classifier_pooling: pooling } = found;
  if (ofHead !== activation)
    throw unsupported(file, `classifier_activation "${ofHead}" beside hidden_activation "${activation}"`);
  if (pooling !== 'cls' && pooling !== 'mean') throw unsupported(file, `classifier_pooling "${pooling}"`);
  const config = {
    architecture: 'modernbert',
    hiddenSize: found.hidden_size,
    layers: found.num_hidden_layers,
    heads: found.num_attention_heads,
    intermediateSize: found.intermediate_size,
    activation: activationOf(activation, file),
    pooling,
    ...modernBertReach.patternOf(wholeOf(found, file), found.global_attn_every_n_layers ?? usualPattern),
    localAttention: found.local_attention,
    ...thetasOf(found, file),
    embeddingDropout: found.embedding_dropout,
    attentionDropout: found.attention_dropout,
    feedForwardDropout: found.mlp_dropout,
    classifierDropout: found.classifier_dropout,
    positions: found.max_position_embeddings,
    attentionBias: found.attention_bias,
    feedForwardBias: found.mlp_bias,
    normBias: found.norm_bias,
    headBias: found.classifier_bias,
    layerNormEpsilon: found.norm_eps,
  } as const;
  const text = {
    vocabulary: found.vocab_size,
    length: found.max_position_embeddings,
    padId: found.pad_token_id ?? 0,
  };
  return describeClassifier(config, text, raw, file);
}

const usualPattern = 3;

/** Which layers look at the whole text: version 5 of transformers names each, version 4 has a regular pattern. */
function wholeOf(found: Found, file: string): boolean[] {
  const { layer_types: types, num_hidden_layers: layers } = found;
  const every = found.global_attn_every_n_layers ?? usualPattern;
  if (!types) return Array.from({ length: layers }, (_, index) => index % every === 0);
  return wholeOfTypes(types, layers, file);
}

/** Version 5 of transformers has rotary settings for each type of layer, version 4 two numbers. */
function thetasOf(found: Found, file: string) {
  const { rope_parameters: { full_attention: full, sliding_attention: sliding } = {}, rope_scaling } = found;
  for (const rope of [full, sliding, rope_scaling]) {
    const kind = rope?.rope_type ?? rope?.type ?? 'default';
    if (kind !== 'default') throw unsupported(file, `the rotary scaling "${kind}"`);
  }
  const globalRopeTheta = full?.rope_theta ?? found.global_rope_theta ?? 160_000;
  return {
    globalRopeTheta,
    // Where it is null, version 4 takes the other one.
    localRopeTheta: sliding?.rope_theta ?? found.local_rope_theta ?? globalRopeTheta,
  };
}

/** The config.json of ModernBertForSequenceClassification, in the words of versions 4 and 5 of transformers alike. */
export function writeModernBertConfig(
  config: ModernBertConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  const { globalRopeTheta, localRopeTheta } = config;
  const whole = modernBertReach.of(config);
  const { globalEvery, globalLayers } = modernBertReach.patternOf(whole, config.globalEvery);
  const rope = (rope_theta: number) => ({ rope_type: 'default', rope_theta });
  return {
    architectures: ['ModernBertForSequenceClassification'],
    model_type: 'modernbert',
    ...textClassifierKeys(task, classNames),
    hidden_size: config.hiddenSize,
    intermediate_size: modernBertIntermediateSize(config),
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    hidden_activation: config.activation,
    max_position_embeddings: config.positions ?? task.text!.length,
    norm_eps: config.layerNormEpsilon,
    norm_bias: config.normBias,
    attention_bias: config.attentionBias,
    mlp_bias: config.feedForwardBias,
    classifier_bias: config.headBias,
    embedding_dropout: config.embeddingDropout,
    attention_dropout: config.attentionDropout,
    mlp_dropout: config.feedForwardDropout,
    classifier_dropout: config.classifierDropout,
    classifier_activation: config.activation,
    classifier_pooling: config.pooling,
    local_attention: config.localAttention,
    // Version 4 knows regular patterns alone: without a number it refuses the model, where with one it would misread it.
    global_attn_every_n_layers: globalLayers ? null : globalEvery,
    layer_types: layerTypesOf(whole),
    global_rope_theta: globalRopeTheta,
    local_rope_theta: localRopeTheta,
    rope_parameters: { full_attention: rope(globalRopeTheta), sliding_attention: rope(localRopeTheta) },
  };
}
