import type { MlpConfig } from '../../../experiment/architectures/mlp.ts';
import type { Construction } from '../construction.ts';
import { mlpNetwork } from './network.ts';
import { mlpPruning } from './pruning.ts';

export const mlp: Construction<MlpConfig> = {
  network: mlpNetwork,
  layerPrefixes: (_config, layer) => [`layers.${layer - 1}.`, `norms.${layer - 1}.`],
  head: {
    answers: 'classes',
    weights: /^classifier\./,
    output: () => 'classifier',
    truncated: (config, layers) => ({ ...config, hidden: config.hidden.slice(0, layers) }),
  },
  pruning: mlpPruning,
};
