import type { Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { PruneConfig } from '../experiment/strategies/prune/record.ts';
import { constructionOf } from '../models/architectures/all.ts';
import type { Model } from '../models/model.ts';
import type { AttachedStrategy } from '../strategies/strategy.ts';

/**
 * Weights that magnitude pruning may set to zero: those of products and convolutions. Rows of tables are looked up, not
 * multiplied: a zero there saves nothing and costs a token its meaning.
 */
export function prunableWeights({
  config,
  parameters,
}: Pick<Model, 'config' | 'parameters'>): ReadonlyMap<string, Variable> {
  const { tables } = constructionOf(config);
  return new Map([...parameters].filter(([name, { shape }]) => shape.length >= 2 && !tables?.test(name)));
}

/**
 * Sparsity on its way: s·(1 − (1 − p)³), fast while there is much to spare and slow towards the end (Zhu & Gupta 2017).
 * @param progress 0…1
 */
export const cubicSparsity = (sparsity: number, progress: number): number =>
  sparsity * (1 - (1 - Math.min(1, progress)) ** 3);

/**
 * Masks of zeros for the smallest weights, exactly ⌊sparsity · count⌋ of them, and ones for the rest.
 * @param scope over all weights together, or over each by itself
 */
export function magnitudeMasks(
  weights: ReadonlyMap<string, Float32Array>,
  sparsity: number,
  scope: PruneConfig['scope'],
): Map<string, Float32Array> {
  const groups = scope === 'global' ? [[...weights]] : [...weights].map((entry) => [entry]);
  return new Map(groups.flatMap((group) => masksOf(group, sparsity)));
}

function masksOf(
  weights: readonly (readonly [string, Float32Array])[],
  sparsity: number,
): [string, Float32Array][] {
  const total = weights.reduce((sum, [, { length }]) => sum + length, 0);
  const magnitudes = new Float32Array(total);
  let at = 0;
  for (const [, values] of weights) for (const value of values) magnitudes[at++] = Math.abs(value);
  const removed = Math.floor(total * sparsity);
  const sorted = magnitudes.sort();
  const threshold = removed > 0 ? sorted[removed - 1]! : -1;
  // Of equal magnitudes at the threshold, only as many go as are needed, the first ones.
  let equal = removed - lowerBound(sorted, threshold);
  return weights.map(([name, values]) => [
    name,
    Float32Array.from(values, (value) => {
      const magnitude = Math.abs(value);
      if (magnitude !== threshold) return magnitude < threshold ? 0 : 1;
      return equal-- > 0 ? 0 : 1;
    }),
  ]);
}

/** How many elements are smaller. */
function lowerBound(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How often masks are made anew on the way to the end. */
const updates = 50;

/**
 * A strategy that also prunes: masks grow along the cubic and are laid over the weights after every update, so that what
 * is zero stays zero. The masks are saved in checkpoints.
 */
export function withMagnitudePruning(
  strategy: AttachedStrategy,
  model: Model,
  { sparsity, scope, ramp }: Pick<PruneConfig, 'sparsity' | 'scope' | 'ramp'>,
): AttachedStrategy {
  const weights = prunableWeights(model);
  const masks = new Map<string, Variable>();
  for (const [name, { shape }] of weights)
    masks.set(
      name,
      tf.tidy(() => tf.variable(tf.ones(shape), false)),
    );
  const rampSteps = (total: number) => Math.max(1, Math.round(ramp * total));
  const cover = () => {
    for (const [name, weight] of weights) weight.assign(tf.mul(weight, masks.get(name)!));
  };
  return {
    parameters: strategy.parameters,
    buffers: new Map([
      ...strategy.buffers,
      ...[...masks].map(([name, mask]) => [`mask.${name}`, mask] as const),
    ]),
    loss: (context) => strategy.loss(context),
    async beforeStep(done, total) {
      const last = rampSteps(total) - 1;
      if (done > last || (done % Math.ceil((last + 1) / updates) !== 0 && done !== last)) return;
      const values = new Map<string, Float32Array>();
      for (const [name, weight] of weights) values.set(name, (await weight.data()) as Float32Array);
      const target = cubicSparsity(sparsity, (done + 1) / (last + 1));
      const made = magnitudeMasks(values, target, scope);
      tf.tidy(() => {
        for (const [name, mask] of masks) mask.assign(tf.tensor(made.get(name)!, mask.shape));
        cover();
      });
    },
    afterUpdate: cover,
    settled: (done, total) => done >= rampSteps(total),
    dispose() {
      strategy.dispose();
      for (const mask of masks.values()) mask.dispose();
    },
  };
}

/** Fraction of the prunable weights that are zero. */
export async function sparsityOf(model: Model): Promise<number> {
  let [zeros, total] = [0, 0];
  for (const weight of prunableWeights(model).values()) {
    for (const value of (await weight.data()) as Float32Array) if (value === 0) zeros++;
    total += weight.size;
  }
  return total === 0 ? 0 : zeros / total;
}
