import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { type Cuts, normalizationWeights, type ReadWeights, strongest } from '../cuts.ts';

/** Channels that are kept of so many. */
export interface Channels {
  readonly keep: readonly number[];
  readonly count: number;
}

/**
 * The channels of separable convolutions go by the norm of the filters that make them.
 * @param before of what the first convolution sees
 * @param kept how many of each convolution's channels
 * @returns of what the last one makes
 */
export function cutBottleneck(
  bottleneck: readonly number[] = [],
  kept: readonly number[] = [],
  before: Channels,
  weights: ReadWeights,
  cuts: Cuts,
  norm: PruneConfig['norm'],
): Channels {
  let last = before;
  for (const [index, count] of bottleneck.entries()) {
    const name = `bottleneck.${index}`;
    cuts.along(3, last.keep, `${name}.depthwise.weight`);
    cuts.along(2, last.keep, `${name}.pointwise.weight`);
    const importance = weights.norms(norm, [
      [`${name}.pointwise.weight`, 3],
      [`${name}.pointwise.bias`, 0],
    ]);
    const keep = strongest(importance, kept[index]!);
    cuts.along(3, keep, `${name}.pointwise.weight`);
    cuts.along(0, keep, `${name}.pointwise.bias`, ...normalizationWeights(`${name}.norm`));
    last = { keep, count };
  }
  return last;
}
