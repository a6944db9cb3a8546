import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';
import type { Construction } from '../construction.ts';
import { evenHeads } from '../heads-pruning.ts';
import { readModernBertConfig, writeModernBertConfig } from './config.ts';
import { modernBertNames } from './names.ts';
import { modernBertNetwork } from './network.ts';
import { modernBertPruning } from './pruning.ts';
import { modernBertReach } from './sizes.ts';

const first = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export const modernbert: Construction<ModernBertConfig> = {
  network: modernBertNetwork,
  layerPrefixes: (_config, layer) => [`${modernBertNames.layer(layer - 1)}.`],
  tables: /^model\.embeddings\.tok_embeddings\.weight$/,
  head: {
    answers: 'classes',
    weights: /^(head|classifier)\./,
    output: () => modernBertNames.classifier,
    truncated: (config, layers) => modernBertReach.withLayers(config, first(layers)),
  },
  withLayers: (config, layers) => modernBertReach.withLayers(config, layers),
  layerKind: (config, layer) => modernBertReach.kindOf(config, layer),
  pruning: modernBertPruning,
  huggingFace: {
    modelTypes: ['modernbert'],
    read: (_type, raw, file) => readModernBertConfig(raw, file),
    fits: evenHeads,
    write: writeModernBertConfig,
    prefix: () => 'model.',
  },
};
