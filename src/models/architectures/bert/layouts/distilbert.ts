import { z } from 'zod';
import { tf } from '../../../../device/tensorflow.ts';
import { activationOf } from '../../../huggingface/activations.ts';
import { parseRaw, rate, size } from '../../../huggingface/description.ts';
import { describeClassifier, textClassifierKeys } from '../../../huggingface/text-classifier.ts';
import type { Adoption } from '../../construction.ts';
import { commonSchema, intermediateSizeOf } from '../config-parts.ts';
import { pooledHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { type BertNames, namesBelow } from '../names.ts';
import { bertLayout } from './bert.ts';

const schema = z.object({
  ...commonSchema.shape,
  dim: size,
  n_layers: size,
  n_heads: size,
  hidden_dim: size,
  activation: z.string().default('gelu'),
  dropout: rate.default(0.1),
  attention_dropout: rate.default(0.1),
  seq_classif_dropout: rate.default(0.2),
});

const names: BertNames = {
  ...namesBelow('distilbert'),
  tokenTypes: undefined,
  layer: (index) => `distilbert.transformer.layer.${index}`,
  query: 'attention.q_lin',
  key: 'attention.k_lin',
  value: 'attention.v_lin',
  attentionOutput: 'attention.out_lin',
  attentionNorm: 'sa_layer_norm',
  up: 'ffn.lin1',
  down: 'ffn.lin2',
  outputNorm: 'output_layer_norm',
};

const parts = [
  'query',
  'key',
  'value',
  'attentionOutput',
  'attentionNorm',
  'up',
  'down',
  'outputNorm',
] as const;

/** A DistilBERT that begins with layers of a BERT: one kind of layer under other names. */
const fromBert: Adoption = {
  withinLayer(name) {
    const part = parts.find((candidate) => name.startsWith(`${names[candidate]}.`))!;
    return bertLayout.names[part] + name.slice(names[part].length);
  },
  outside: (name) => name.replace(/^distilbert\./, 'bert.'),
};

export const distilbertLayout: BertLayout = {
  names,
  firstPosition: () => 0,
  tokenTypes: 0,
  dropsAttention: false,
  head: pooledHead('pre_classifier', (x) => tf.relu(x)),
  adopted: (teacher) => (teacher === 'bert' ? fromBert : undefined),
  readConfig(raw, file) {
    const found = parseRaw(schema, raw, file);
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
    return describeClassifier(
      config,
      { vocabulary: found.vocab_size, length: config.positions, padId },
      raw,
      file,
    );
  },
  writeConfig: (config, task, classNames) => ({
    architectures: ['DistilBertForSequenceClassification'],
    model_type: 'distilbert',
    ...textClassifierKeys(task, classNames),
    dim: config.hiddenSize,
    n_layers: config.layers,
    n_heads: config.heads,
    hidden_dim: intermediateSizeOf(config),
    activation: config.activation,
    dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    seq_classif_dropout: config.classifierDropout ?? config.dropout,
    max_position_embeddings: config.positions ?? task.text!.length,
    sinusoidal_pos_embds: false,
  }),
};
