import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import type { Construction } from '../construction.ts';
import { evenHeads } from '../heads-pruning.ts';
import { bertLayoutNames, bertLayouts } from './layouts.ts';
import { bertNetwork } from './network.ts';
import { bertPruning } from './pruning.ts';

const layoutOf = ({ layout }: BertConfig) => bertLayouts[layout];

export const bert: Construction<BertConfig> = {
  network: bertNetwork,
  layerPrefixes: (config, layer) => [`${layoutOf(config).names.layer(layer - 1)}.`],
  readsSegments: (config) => layoutOf(config).names.tokenTypes !== undefined,
  tables: /\.((word|position|token_type)_embeddings|relative_attention_bias)\.weight$/,
  head: {
    answers: 'classes',
    weights: /^(classifier|pre_classifier|(bert|albert)\.pooler)\./,
    output: (config) => (config.head === 'linear' ? 'classifier' : layoutOf(config).head.output),
    form: ({ head = 'hidden' }) => head,
    truncated: (config, layers) => ({ ...config, layers, head: 'linear' }),
  },
  withLayers: (config, { length: layers }) => ({ ...config, layers }),
  sharesLayers: (config) => layoutOf(config).sharesLayers ?? false,
  adopted: (student, teacher) =>
    teacher.architecture === 'bert' ? layoutOf(student).adopted?.(teacher.layout) : undefined,
  pruning: bertPruning,
  huggingFace: {
    modelTypes: bertLayoutNames,
    read: (type, raw, file) => bertLayouts[type as BertConfig['layout']].readConfig(raw, file),
    fits: (config) => config.head !== 'linear' && evenHeads(config),
    write: (config, task, classNames) => layoutOf(config).writeConfig(config, task, classNames),
    prefix: (config) => `${layoutOf(config).names.base}.`,
    // The classifiers of RoBERTa and MPNet use no pooler; bare models have one.
    unused: /^(roberta|mpnet)\.pooler\./,
  },
};
