import { type MobilenetV2Config, mobilenetLayers } from '../../../experiment/architectures/mobilenetv2.ts';
import type { Construction } from '../construction.ts';
import { readMobilenetConfig, writeMobilenetConfig } from './config.ts';
import { mobilenetNames } from './names.ts';
import { mobilenetNetwork, mobilenetReadsMaps } from './network.ts';
import { mobilenetPruning } from './pruning.ts';
import { mobilenetSizes } from './sizes.ts';

export const mobilenetv2: Construction<MobilenetV2Config> = {
  network: mobilenetNetwork,
  layerPrefixes: (_config, layer) => [`${mobilenetNames.layer(layer - 1)}.`],
  head: {
    answers: 'classes',
    weights: /^(classifier|bottleneck)\./,
    output: () => mobilenetNames.classifier,
    form: ({ bottleneck }) => (bottleneck ? 'bottleneck' : 'convolution'),
    truncated: (config, layers) => ({ ...config, layers, bottleneck: furtherHalvings(config, layers) }),
    readsMaps: mobilenetReadsMaps,
  },
  pruning: mobilenetPruning,
  huggingFace: {
    modelTypes: ['mobilenet_v2'],
    read: (_type, raw, file) => readMobilenetConfig(raw, file),
    fits: ({ layers = mobilenetLayers, bottleneck }) => layers === mobilenetLayers && !bottleneck,
    write: writeMobilenetConfig,
    prefix: () => 'mobilenet_v2.',
  },
};

/** For each time that the layers beyond halve their maps, the channels of those maps once they are complete. */
function furtherHalvings(config: MobilenetV2Config, layers: number): number[] {
  const further: number[] = [];
  for (const { stride, after } of mobilenetSizes(config).layers.slice(layers)) {
    if (stride === 2) further.push(after);
    else if (further.length > 0) further[further.length - 1] = after;
  }
  return [...further, ...(config.bottleneck ?? [])];
}
