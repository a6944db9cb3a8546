import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import { Cuts, ofBlocks, strongest } from '../../cuts.ts';
import type { Pruning } from '../construction.ts';
import { fewerHeads, overBlocks } from '../heads-pruning.ts';
import { bertLayouts } from './layouts.ts';

/** Feed-forward units and heads go by the norm of their incoming weights, in every layer as many. */
export const bertPruning: Pruning<BertConfig> = {
  smaller: (config, sparsity) => ({ ...config, ...fewerHeads(config, sparsity) }),
  cuts(config, { heads, intermediateSize, headSize = config.hiddenSize / config.heads }, weights, norm) {
    const cuts = new Cuts();
    const { names } = bertLayouts[config.layout];
    const both = (name: string): [string, number][] => [
      [`${name}.weight`, 0],
      [`${name}.bias`, 0],
    ];
    for (let layer = 0; layer < config.layers; layer++) {
      const within = (part: string) => `${names.layer(layer)}.${part}`;
      const up = within(names.up);
      const keep = strongest(weights.norms(norm, both(up)), intermediateSize!);
      cuts.along(0, keep, `${up}.weight`, `${up}.bias`);
      cuts.along(1, keep, `${within(names.down)}.weight`);

      const made = [names.query, names.key, names.value].map(within);
      const importance = overBlocks(weights.norms(norm, made.flatMap(both)), headSize, norm);
      const columns = ofBlocks(strongest(importance, heads), headSize);
      cuts.along(0, columns, ...made.flatMap((name) => [`${name}.weight`, `${name}.bias`]));
      cuts.along(1, columns, `${within(names.attentionOutput)}.weight`);
    }
    return cuts;
  },
};
