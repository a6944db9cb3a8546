import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import type { Pruning } from '../construction.ts';
import { cutEncoder } from '../encoder-pruning.ts';
import { fewerHeads } from '../heads-pruning.ts';
import { bertLayouts } from './layouts.ts';

export const bertPruning: Pruning<BertConfig> = {
  smaller: (config, sparsity) => ({ ...config, ...fewerHeads(config, sparsity) }),
  cuts(config, smaller, weights, norm) {
    const { names, sharesLayers, relativePositions } = bertLayouts[config.layout];
    // Weights that all layers share are cut once.
    const distinct = sharesLayers ? { ...config, layers: 1 } : config;
    return cutEncoder(distinct, smaller, names, weights, norm, relativePositions);
  },
};
