import type { CnnConfig } from '../../../experiment/architectures/cnn.ts';
import type { Construction } from '../construction.ts';
import { cnnNetwork, cnnReadsMaps, mostStages } from './network.ts';
import { cnnPruning } from './pruning.ts';
import { truncatedCnn } from './truncated.ts';

export const cnn: Construction<CnnConfig> = {
  network: cnnNetwork,
  correction({ channels }, { image }) {
    if (!image) return undefined;
    const most = mostStages(image[0], image[1]);
    return {
      option: 'channels',
      code: 'too-many-stages',
      ...(most >= 1 && { fix: { title: `Keep the first ${most}`, value: channels.slice(0, most) } }),
    };
  },
  layerPrefixes: ({ channels }, layer) => [layer <= channels.length ? `stages.${layer - 1}.` : 'dense.'],
  head: {
    answers: 'classes',
    weights: /^(classifier|bottleneck)\./,
    output: () => 'classifier',
    truncated: truncatedCnn,
    readsMaps: cnnReadsMaps,
  },
  pruning: cnnPruning,
};
