import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import type { Pruning } from '../construction.ts';
import { cutEncoder } from '../encoder-pruning.ts';
import { fewerHeads } from '../heads-pruning.ts';
import { vitNames } from './names.ts';

export const vitPruning: Pruning<VitConfig> = {
  smaller: (config, sparsity) => ({ ...config, ...fewerHeads(config, sparsity) }),
  cuts: (config, smaller, weights, norm) => cutEncoder(config, smaller, vitNames(config), weights, norm),
};
