import { z } from 'zod';
import { tf } from '../../../../device/tensorflow.ts';
import { parseRaw, rate, size, unsupported } from '../../../huggingface/description.ts';
import { encoderConfig } from '../encoder-config.ts';
import { pooledHead } from '../head.ts';
import type { BertLayout } from '../layout.ts';
import { type BertNames, namesBelow } from '../names.ts';

const names: BertNames = {
  ...namesBelow('albert'),
  // One layer, which is gone through again and again.
  layer: () => 'albert.encoder.albert_layer_groups.0.albert_layers.0',
  query: 'attention.query',
  key: 'attention.key',
  value: 'attention.value',
  attentionOutput: 'attention.dense',
  attentionNorm: 'attention.LayerNorm',
  up: 'ffn',
  down: 'ffn_output',
  outputNorm: 'full_layer_layer_norm',
};

const numbering = { firstPosition: () => 0, tokenTypes: 2 };

const { readConfig, writeConfig } = encoderConfig({
  layout: 'albert',
  transformersClass: 'AlbertForSequenceClassification',
  padId: 0,
  // What transformers takes where nothing is said.
  embeddingSize: 128,
  ...numbering,
});

const schema = z.object({
  num_hidden_groups: size.default(1),
  inner_group_num: size.default(1),
  classifier_dropout_prob: rate.default(0.1),
});

/** What transformers takes where config.json lacks a key, other than in BERT. */
const absent = { hidden_act: 'gelu_new', hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };

export const albertLayout: BertLayout = {
  names,
  sharesLayers: true,
  projection: 'albert.encoder.embedding_hidden_mapping_in',
  alwaysProjects: true,
  ...numbering,
  dropsAttention: true,
  dropsFeedForward: false,
  head: pooledHead('albert.pooler', (x) => tf.tanh(x)),
  readConfig(raw, file) {
    const found = parseRaw(schema, raw, file);
    for (const key of ['num_hidden_groups', 'inner_group_num'] as const)
      if (found[key] !== 1) throw unsupported(file, `layers that are not all one (${key} ${found[key]})`);
    return readConfig({ ...absent, ...raw, classifier_dropout: found.classifier_dropout_prob }, file);
  },
  writeConfig(config, task, classNames) {
    const { classifier_dropout: dropped, ...written } = writeConfig(config, task, classNames);
    return {
      ...written,
      classifier_dropout_prob: dropped ?? config.dropout,
      num_hidden_groups: 1,
      inner_group_num: 1,
    };
  },
};
