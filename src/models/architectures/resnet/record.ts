import type { ResnetConfig } from '../../../experiment/architectures/resnet.ts';
import type { Construction } from '../construction.ts';
import {
  blockName,
  blocksPerGroup,
  groupChannels,
  keptBlocks,
  resnetNetwork,
  resnetReadsMaps,
} from './network.ts';
import { resnetPruning } from './pruning.ts';

export const resnet: Construction<ResnetConfig> = {
  network: resnetNetwork,
  layerPrefixes: (config, layer) => [`${blockName(config, layer - 1)}.`],
  head: {
    answers: 'classes',
    weights: /^(fc|bottleneck)\./,
    output: () => 'fc',
    truncated(config, layers) {
      const groupOf = (block: number) => Math.floor((block - 1) / blocksPerGroup(config));
      const further = groupChannels(config).slice(groupOf(layers) + 1, groupOf(keptBlocks(config)) + 1);
      return { ...config, blocks: layers, bottleneck: [...further, ...(config.bottleneck ?? [])] };
    },
    readsMaps: resnetReadsMaps,
  },
  pruning: resnetPruning,
};
