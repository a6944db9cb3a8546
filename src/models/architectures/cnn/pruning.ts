import type { CnnConfig } from '../../../experiment/architectures/cnn.ts';
import { Cuts, countKept, normalizationWeights, strongest } from '../../cuts.ts';
import { type Channels, cutBottleneck } from '../bottleneck-pruning.ts';
import type { Pruning } from '../construction.ts';

/** Channels go by the norm of their filters (Li et al. 2017), units of the dense layer by that of their weights. */
export const cnnPruning: Pruning<CnnConfig> = {
  smaller(config, sparsity) {
    const { channels, bottleneck, dense } = config;
    const kept = (count: number) => countKept(count, sparsity);
    return {
      ...config,
      channels: channels.map(kept),
      ...(bottleneck && { bottleneck: bottleneck.map(kept) }),
      ...(dense !== undefined && { dense: kept(dense) }),
    };
  },
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const head = config.dense === undefined ? 'classifier' : 'dense';
    let maps: Channels = { keep: [], count: 0 };
    for (const [index, count] of config.channels.entries()) {
      const name = `stages.${index}`;
      const importance = weights.norms(norm, [
        [`${name}.conv.weight`, 3],
        [`${name}.conv.bias`, 0],
      ]);
      const keep = strongest(importance, smaller.channels[index]!);
      cuts.along(3, keep, `${name}.conv.weight`);
      cuts.along(0, keep, `${name}.conv.bias`, ...normalizationWeights(`${name}.norm`));
      if (index + 1 < config.channels.length) cuts.along(2, keep, `stages.${index + 1}.conv.weight`);
      maps = { keep, count };
    }
    const last = cutBottleneck(config.bottleneck, smaller.bottleneck, maps, weights, cuts, norm);
    // Flattened maps lie place by place, the channels of each side by side.
    const places = weights.shape(`${head}.weight`)[1]! / last.count;
    const features = Array.from({ length: places }, (_, place) =>
      last.keep.map((channel) => place * last.count + channel),
    ).flat();
    cuts.along(1, features, `${head}.weight`);
    if (smaller.dense === undefined) return cuts;
    const importance = weights.norms(norm, [
      ['dense.weight', 0],
      ['dense.bias', 0],
    ]);
    const keep = strongest(importance, smaller.dense);
    cuts.along(0, keep, 'dense.weight', 'dense.bias');
    cuts.along(1, keep, 'classifier.weight');
    return cuts;
  },
};
