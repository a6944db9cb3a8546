import { z } from 'zod';
import type { TaskShape } from '../../data/dataset.ts';
import { type BertConfig, tokenTypeCount } from '../bert.ts';
import {
  checkedConfig,
  classNamesOf,
  labelKeys,
  type ModelDescription,
  optional,
  otherHeadOf,
  parseRaw,
  type RawConfig,
  rate,
  size,
  unsupported,
} from './description.ts';

const activations: Readonly<Record<string, BertConfig['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu_fast: 'gelu_new',
  relu: 'relu',
};

const common = {
  vocab_size: size,
  max_position_embeddings: size.default(512),
  pad_token_id: z.int().min(0).nullish(),
};

const encoderSchema = z.object({
  ...common,
  hidden_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  intermediate_size: size,
  hidden_act: z.string().default('gelu'),
  hidden_dropout_prob: rate.default(0.1),
  attention_probs_dropout_prob: rate.default(0.1),
  classifier_dropout: optional(rate),
  type_vocab_size: size.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.string().nullish(),
  is_decoder: z.boolean().nullish(),
});

const distilbertSchema = z.object({
  ...common,
  dim: size,
  n_layers: size,
  n_heads: size,
  hidden_dim: size,
  activation: z.string().default('gelu'),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0.1),
  seq_classif_dropout: rate.default(0.2),
});

/** @throws UserError if the configuration is broken, or of a variant that is not built here. */
export function readBertConfig(layout: BertConfig['layout'], raw: RawConfig, file: string): ModelDescription {
  return layout === 'distilbert' ? readDistilbert(raw, file) : readEncoder(layout, raw, file);
}

function readEncoder(layout: 'bert' | 'roberta', raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(encoderSchema, raw, file);
  if ((found.position_embedding_type ?? 'absolute') !== 'absolute')
    throw unsupported(file, `position_embedding_type "${found.position_embedding_type}"`);
  if (found.is_decoder) throw unsupported(file, 'is_decoder, an encoder made to continue texts,');
  const padId = found.pad_token_id ?? (layout === 'roberta' ? 1 : 0);
  const positions = found.max_position_embeddings - (layout === 'roberta' ? padId + 1 : 0);
  const config = {
    architecture: 'bert',
    layout,
    hiddenSize: found.hidden_size,
    layers: found.num_hidden_layers,
    heads: found.num_attention_heads,
    intermediateSize: found.intermediate_size,
    activation: activationOf(found.hidden_act, file),
    dropout: found.hidden_dropout_prob,
    attentionDropout: found.attention_probs_dropout_prob,
    classifierDropout: found.classifier_dropout,
    positions,
    tokenTypes: found.type_vocab_size,
    layerNormEpsilon: found.layer_norm_eps,
  } as const;
  return describe(config, { vocabulary: found.vocab_size, length: positions, padId }, raw, file);
}

function readDistilbert(raw: RawConfig, file: string): ModelDescription {
  const found = parseRaw(distilbertSchema, raw, file);
  const config = {
    architecture: 'bert',
    layout: 'distilbert',
    hiddenSize: found.dim,
    layers: found.n_layers,
    heads: found.n_heads,
    intermediateSize: found.hidden_dim,
    activation: activationOf(found.activation, file),
    dropout: found.dropout,
    attentionDropout: found.attention_dropout,
    classifierDropout: found.seq_classif_dropout,
    positions: found.max_position_embeddings,
    layerNormEpsilon: 1e-12,
  } as const;
  const padId = found.pad_token_id ?? 0;
  return describe(config, { vocabulary: found.vocab_size, length: config.positions, padId }, raw, file);
}

function describe(
  config: Parameters<typeof checkedConfig>[0],
  text: { vocabulary: number; length: number; padId: number },
  raw: RawConfig,
  file: string,
): ModelDescription {
  const classNames = classNamesOf(raw, file);
  const otherHead = otherHeadOf(raw, file);
  return {
    config: checkedConfig(config, file),
    task: { classes: classNames.length, text: { goal: 'classification', ...text } },
    classNames,
    ...(otherHead && { otherHead }),
  };
}

function activationOf(name: string, file: string): BertConfig['activation'] {
  if (Object.hasOwn(activations, name)) return activations[name]!;
  throw unsupported(file, `the activation "${name}"`);
}

/** The config.json by which transformers opens the model. */
export function writeBertConfig(
  config: BertConfig,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  const text = task.text!;
  const positions = config.positions ?? text.length;
  const intermediate = config.intermediateSize ?? 4 * config.hiddenSize;
  const shared = {
    vocab_size: text.vocabulary,
    pad_token_id: text.padId,
    initializer_range: 0.02,
    ...labelKeys(task.classes, classNames),
  };
  if (config.layout === 'distilbert')
    return {
      architectures: ['DistilBertForSequenceClassification'],
      model_type: 'distilbert',
      ...shared,
      dim: config.hiddenSize,
      n_layers: config.layers,
      n_heads: config.heads,
      hidden_dim: intermediate,
      activation: config.activation,
      dropout: config.dropout,
      attention_dropout: config.attentionDropout,
      seq_classif_dropout: config.classifierDropout ?? config.dropout,
      max_position_embeddings: positions,
      sinusoidal_pos_embds: false,
    };
  return {
    architectures: [
      config.layout === 'bert' ? 'BertForSequenceClassification' : 'RobertaForSequenceClassification',
    ],
    model_type: config.layout,
    ...shared,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: intermediate,
    hidden_act: config.activation,
    hidden_dropout_prob: config.dropout,
    attention_probs_dropout_prob: config.attentionDropout,
    classifier_dropout: config.classifierDropout ?? null,
    max_position_embeddings: positions + (config.layout === 'roberta' ? text.padId + 1 : 0),
    type_vocab_size: tokenTypeCount(config),
    layer_norm_eps: config.layerNormEpsilon,
  };
}
