import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';
import { Cuts, ofBlocks, strongest } from '../../cuts.ts';
import type { Pruning } from '../construction.ts';
import { fewerHeads, overBlocks, overMatrices } from '../heads-pruning.ts';
import { modernBertNames as names } from './names.ts';
import { modernBertIntermediateSize } from './sizes.ts';

/** Feed-forward units go by the norm of what makes them and their gates, heads by that of their incoming weights. */
export const modernBertPruning: Pruning<ModernBertConfig> = {
  smaller: (config, sparsity) => ({
    ...config,
    ...fewerHeads({ ...config, intermediateSize: modernBertIntermediateSize(config) }, sparsity),
  }),
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const { heads, headSize = config.hiddenSize / heads } = config;
    const inner = modernBertIntermediateSize(config);
    for (let layer = 0; layer < config.layers; layer++) {
      const within = (part: string) => `${names.layer(layer)}.${part}`;
      const rows = (part: string) =>
        weights.norms(norm, [
          [`${within(part)}.weight`, 0],
          [`${within(part)}.bias`, 0],
        ]);
      const units = strongest(overMatrices(rows(names.up), inner, norm), modernBertIntermediateSize(smaller));
      cutMatrices(cuts, within(names.up), 2, inner, units);
      cuts.along(1, units, `${within(names.down)}.weight`);

      const ofHeads = overBlocks(rows(names.queriesKeysValues), headSize, norm);
      const kept = ofBlocks(strongest(overMatrices(ofHeads, heads, norm), smaller.heads), headSize);
      cutMatrices(cuts, within(names.queriesKeysValues), 3, heads * headSize, kept);
      cuts.along(1, kept, `${within(names.attentionOutput)}.weight`);
    }
    return cuts;
  },
};

/** Keeps the same rows of each of several matrices that lie below each other in one. */
function cutMatrices(cuts: Cuts, name: string, count: number, rows: number, keep: readonly number[]): void {
  const all = Array.from({ length: count }, (_, at) => keep.map((row) => at * rows + row)).flat();
  cuts.along(0, all, `${name}.weight`, `${name}.bias`);
}
