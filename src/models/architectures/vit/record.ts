import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import type { Construction } from '../construction.ts';
import { evenHeads } from '../heads-pruning.ts';
import { readVitConfig, writeVitConfig } from './config.ts';
import { vitNames } from './names.ts';
import { vitNetwork } from './network.ts';
import { patchCorrection } from './patches.ts';
import { vitPruning } from './pruning.ts';

export const vit: Construction<VitConfig> = {
  network: vitNetwork,
  correction: patchCorrection,
  layerPrefixes: (config, layer) => [`${vitNames(config).layer(layer - 1)}.`],
  // Added to what is computed, not multiplied with it.
  tables: /^(vit|deit)\.embeddings\.(cls_token|distillation_token|position_embeddings)$/,
  head: {
    answers: 'classes',
    weights: /^classifier\./,
    output: (config) => vitNames(config).classifier,
    truncated: (config, layers) => ({ ...config, layers }),
  },
  withLayers: (config, { length: layers }) => ({ ...config, layers }),
  pruning: vitPruning,
  huggingFace: {
    modelTypes: ['vit', 'deit'],
    read: readVitConfig,
    fits: evenHeads,
    write: writeVitConfig,
    prefix: (config) => `${vitNames(config).base}.`,
    // The classifier uses no pooler, which bare models have, and masks no patches.
    unused: /^(vit|deit)\.(pooler\.|embeddings\.mask_token$)/,
  },
};
