import type { ResnetImagenetConfig } from '../../../experiment/architectures/resnet-imagenet.ts';
import type { Construction } from '../construction.ts';
import { blocksOf } from './blocks.ts';
import { readResnetConfig, writeResnetConfig } from './config.ts';
import { resnetNames } from './names.ts';
import { resnetImagenetNetwork, resnetImagenetReadsMaps } from './network.ts';
import { resnetImagenetPruning } from './pruning.ts';

export const resnetImagenet: Construction<ResnetImagenetConfig> = {
  network: resnetImagenetNetwork,
  layerPrefixes: (config, layer) => {
    const { name } = blocksOf(config)[layer - 1]!;
    return [`${name}.`];
  },
  head: {
    answers: 'classes',
    weights: /^(classifier|bottleneck)\./,
    output: () => resnetNames.classifier,
    truncated: firstBlocks,
    readsMaps: resnetImagenetReadsMaps,
  },
  pruning: resnetImagenetPruning,
  huggingFace: {
    modelTypes: ['resnet'],
    read: (_type, raw, file) => readResnetConfig(raw, file),
    fits: ({ bottleneck = [] }) => bottleneck.length === 0,
    write: writeResnetConfig,
    prefix: () => 'resnet.',
  },
};

/** The first so many blocks; each group that is left out halves maps in the bottleneck instead. */
function firstBlocks(config: ResnetImagenetConfig, layers: number): ResnetImagenetConfig {
  const groups = blocksOf(config)[layers - 1]!.group + 1;
  const whole = config.blocks.slice(0, groups - 1);
  const last = layers - whole.reduce((sum, count) => sum + count, 0);
  return {
    ...config,
    blocks: [...whole, last],
    channels: config.channels.slice(0, groups),
    bottleneck: [...config.channels.slice(groups), ...(config.bottleneck ?? [])],
  };
}
