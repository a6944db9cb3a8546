import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { countKept } from '../cuts.ts';

/** Norms of blocks, such as heads, from the norms of what is in them. */
export function overBlocks(norms: Float64Array, size: number, norm: PruneConfig['norm']): Float64Array {
  const sums = new Float64Array(norms.length / size);
  for (const [at, value] of norms.entries())
    sums[Math.floor(at / size)]! += norm === 'l1' ? value : value * value;
  return norm === 'l1' ? sums : sums.map(Math.sqrt);
}

/**
 * How much units matter that several matrices make, which lie side by side in one: values of all units for the first, then
 * those for the next.
 */
export function overMatrices(norms: Float64Array, units: number, norm: PruneConfig['norm']): Float64Array {
  const sums = new Float64Array(units);
  for (const [at, part] of norms.entries()) sums[at % units]! += norm === 'l1' ? part : part * part;
  return sums;
}

export interface AttentionSizes {
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headSize?: number;
  readonly intermediateSize?: number;
}

/** Fewer heads of the same size, and a narrower feed-forward part of four times the hidden size by default. */
export const fewerHeads = (
  { hiddenSize, heads, headSize, intermediateSize }: AttentionSizes,
  sparsity: number,
) => ({
  heads: countKept(heads, sparsity),
  headSize: headSize ?? hiddenSize / heads,
  intermediateSize: countKept(intermediateSize ?? 4 * hiddenSize, sparsity),
});

/** Whether the heads share out the hidden size evenly, as the layouts of BERT and GPT-2 take for granted. */
export const evenHeads = ({ hiddenSize, heads, headSize }: AttentionSizes): boolean =>
  headSize === undefined || headSize * heads === hiddenSize;
