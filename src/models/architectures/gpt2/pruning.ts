import type { Gpt2Config } from '../../../experiment/architectures/gpt2.ts';
import { Cuts, ofBlocks, strongest } from '../../cuts.ts';
import type { Pruning } from '../construction.ts';
import { fewerHeads, overBlocks, overMatrices } from '../heads-pruning.ts';

/** Feed-forward units and heads go by the norm of their incoming weights; GPT-2 stores weights inputs first. */
export const gpt2Pruning: Pruning<Gpt2Config> = {
  smaller: (config, sparsity) => ({ ...config, ...fewerHeads(config, sparsity) }),
  cuts(config, { heads, intermediateSize, headSize = config.hiddenSize / config.heads }, weights, norm) {
    const cuts = new Cuts();
    for (let layer = 0; layer < config.layers; layer++) {
      const name = `transformer.h.${layer}.mlp.c_fc`;
      const importance = weights.norms(norm, [
        [`${name}.weight`, 1],
        [`${name}.bias`, 0],
      ]);
      const keep = strongest(importance, intermediateSize!);
      cuts.along(1, keep, `${name}.weight`);
      cuts.along(0, keep, `${name}.bias`, `transformer.h.${layer}.mlp.c_proj.weight`);

      // Queries, keys and values of all heads lie side by side, one kind after the other.
      const attention = `transformer.h.${layer}.attn`;
      const columns = weights.norms(norm, [
        [`${attention}.c_attn.weight`, 1],
        [`${attention}.c_attn.bias`, 0],
      ]);
      const ofHeads = overMatrices(overBlocks(columns, headSize, norm), config.heads, norm);
      const kept = strongest(ofHeads, heads);
      const all = [0, 1, 2].flatMap((kind) => kept.map((head) => kind * config.heads + head));
      cuts.along(1, ofBlocks(all, headSize), `${attention}.c_attn.weight`);
      cuts.along(0, ofBlocks(all, headSize), `${attention}.c_attn.bias`);
      cuts.along(0, ofBlocks(kept, headSize), `${attention}.c_proj.weight`);
    }
    return cuts;
  },
};
