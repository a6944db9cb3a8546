import { narrowestResnet, type ResnetConfig } from '../../../experiment/architectures/resnet.ts';
import { Cuts, countKept, normalizationWeights, strongest } from '../../cuts.ts';
import { cutBottleneck } from '../bottleneck-pruning.ts';
import type { Pruning } from '../construction.ts';
import { narrowerWidth } from '../narrower.ts';
import { blockName, blocksPerGroup, groupChannels, keptBlocks } from './network.ts';

/**
 * The channels that the blocks of a group add to are chosen for the whole group, by the norms of all filters that make
 * them; those inside a block for that block.
 */
export const resnetPruning: Pruning<ResnetConfig> = {
  smaller(config, sparsity) {
    const width = narrowerWidth(config, sparsity, narrowestResnet);
    const bottleneck = config.bottleneck?.map((count) => countKept(count, sparsity));
    return { ...config, width, ...(bottleneck && { bottleneck }) };
  },
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const names = Array.from({ length: keptBlocks(config) }, (_, index) => ({
      group: Math.floor(index / blocksPerGroup(config)),
      name: blockName(config, index),
    }));
    const counts = groupChannels(smaller);
    const streams = counts.slice(0, names.at(-1)!.group + 1).map((count, group) => {
      const own = names.filter((block) => block.group === group);
      const parts: [string, number][] = own.map(({ name }) => [`${name}.conv2.weight`, 3]);
      if (group === 0) parts.push(['conv1.weight', 3]);
      else parts.push([`${own[0]!.name}.downsample.0.weight`, 3]);
      return strongest(weights.norms(norm, parts), count);
    });
    cuts.along(3, streams[0]!, 'conv1.weight');
    cuts.along(0, streams[0]!, ...normalizationWeights('bn1'));
    names.forEach(({ group, name }, index) => {
      const before = streams[index === 0 ? 0 : names[index - 1]!.group]!;
      const after = streams[group]!;
      const inner = strongest(weights.norms(norm, [[`${name}.conv1.weight`, 3]]), counts[group]!);
      cuts.along(2, before, `${name}.conv1.weight`, `${name}.downsample.0.weight`);
      cuts.along(3, inner, `${name}.conv1.weight`);
      cuts.along(0, inner, ...normalizationWeights(`${name}.bn1`));
      cuts.along(2, inner, `${name}.conv2.weight`);
      cuts.along(3, after, `${name}.conv2.weight`, `${name}.downsample.0.weight`);
      cuts.along(
        0,
        after,
        ...normalizationWeights(`${name}.bn2`),
        ...normalizationWeights(`${name}.downsample.1`),
      );
    });
    const maps = { keep: streams.at(-1)!, count: groupChannels(config)[streams.length - 1]! };
    const last = cutBottleneck(config.bottleneck, smaller.bottleneck, maps, weights, cuts, norm);
    cuts.along(1, last.keep, 'fc.weight');
    return cuts;
  },
};
