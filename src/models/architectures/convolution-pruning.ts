import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { type Cuts, normalizationWeights, type ReadWeights, strongest } from '../cuts.ts';

/** Cuts of convolutions without bias, each with its batch normalization: `NAME.convolution` and `NAME.normalization`. */

/** The channels of the strongest filters, by the norm of all convolutions that make them. */
export const filtersOf =
  (weights: ReadWeights, norm: PruneConfig['norm']) => (makers: readonly string[], count: number) =>
    strongest(
      weights.norms(
        norm,
        makers.map((name) => [`${name}.convolution.weight`, 3] as const),
      ),
      count,
    );

/** Keeps channels of what is made; kernels of channels by themselves lie along that axis, too. */
export function cutMade(cuts: Cuts, name: string, keep: readonly number[]): void {
  cuts.along(3, keep, `${name}.convolution.weight`);
  cuts.along(0, keep, ...normalizationWeights(`${name}.normalization`));
}

/** Keeps channels of what is seen and of what is made. */
export function cutBetween(
  cuts: Cuts,
  name: string,
  before: readonly number[],
  after: readonly number[],
): void {
  cuts.along(2, before, `${name}.convolution.weight`);
  cutMade(cuts, name, after);
}
