import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { Cuts, countKept, ofBlocks, strongest } from '../cuts.ts';
import { headSize as evenHeadSize } from '../text-input.ts';
import type { Pruning } from './construction.ts';

/** The sizes of a decoder whose heads share keys and values in groups. */
interface GroupedSizes {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads?: number | undefined;
  readonly headSize?: number | undefined;
}

interface GroupedParts<C> {
  /** Whether queries and keys are normalized in each head. */
  headNorms(config: C): boolean;
  /** Width inside the feed-forward part. */
  intermediateSize(config: C): number;
}

/**
 * Feed-forward units, and attention heads by groups that share keys and values: a head by itself could not go without
 * leaving the groups uneven.
 */
export const groupedPruning = <C extends ModelConfig & GroupedSizes>(parts: GroupedParts<C>): Pruning<C> => ({
  smaller(config, sparsity) {
    const { heads, keyValueHeads = heads } = config;
    const groups = countKept(keyValueHeads, sparsity);
    return {
      ...config,
      heads: (groups * heads) / keyValueHeads,
      keyValueHeads: groups,
      headSize: headSizeOf(config),
      intermediateSize: countKept(parts.intermediateSize(config), sparsity),
    };
  },
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const { heads, keyValueHeads = heads } = config;
    const headSize = headSizeOf(config);
    // Norms make queries and keys equally long whatever their weights are: how long these are says nothing.
    const headNorms = parts.headNorms(config);
    const perGroup = heads / keyValueHeads;
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `model.layers.${layer}`;
      const [gate, up, down] = ['gate_proj', 'up_proj', 'down_proj'].map((part) => `${prefix}.mlp.${part}`);
      const units = strongest(
        weights.norms(
          norm,
          [gate, up].flatMap((name): [string, number][] => [
            [`${name}.weight`, 0],
            [`${name}.bias`, 0],
          ]),
        ),
        parts.intermediateSize(smaller),
      );
      cuts.along(0, units, ...[gate, up].flatMap((name) => [`${name}.weight`, `${name}.bias`]));
      cuts.along(1, units, `${down}.weight`);

      const attention = (part: string) => `${prefix}.self_attn.${part}`;
      const importance = new Float64Array(keyValueHeads);
      for (const [part, size] of [
        ['q_proj', perGroup * headSize],
        ['k_proj', headSize],
        ['v_proj', headSize],
      ] as const) {
        if (headNorms && part !== 'v_proj') continue;
        const norms = weights.norms(norm, [
          [`${attention(part)}.weight`, 0],
          [`${attention(part)}.bias`, 0],
        ]);
        norms.forEach((value, row) => {
          importance[Math.floor(row / size)]! += norm === 'l1' ? value : value * value;
        });
      }
      const kept = strongest(importance, smaller.keyValueHeads ?? smaller.heads);
      const queries = ofBlocks(kept, perGroup * headSize);
      const keys = ofBlocks(kept, headSize);
      cuts.along(0, queries, `${attention('q_proj')}.weight`, `${attention('q_proj')}.bias`);
      for (const part of ['k_proj', 'v_proj'])
        cuts.along(0, keys, `${attention(part)}.weight`, `${attention(part)}.bias`);
      cuts.along(1, queries, `${attention('o_proj')}.weight`);
    }
    return cuts;
  },
});

const headSizeOf = ({ headSize, hiddenSize, heads }: GroupedSizes): number =>
  headSize ?? evenHeadSize(hiddenSize, heads);
