import { UserError } from '../base/user-error.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import type { DataRemark } from './dataset.ts';
import { movedRemarks, withoutShared } from './duplicates.ts';

export interface SplitOptions {
  readonly splitSeed: number;
  /** Fraction of the training samples held out. */
  readonly validation: number;
  readonly trainLimit?: number;
  readonly testLimit?: number;
  readonly labelledSubset?: number;
}

/** Indices into the training file (`test`: into the test file), ascending. */
export interface SplitIndices {
  readonly train: Int32Array;
  readonly subset: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** What is to be said of how they were drawn. */
  readonly remarks: readonly DataRemark[];
}

/**
 * Draws limits, the held-out split and the labelled subset, each from a generator of its own, so that they depend on
 * the labels and `splitSeed` alone. Limits and the held-out split keep the proportions of the classes; the subset
 * takes the same number of each, give or take one. A smaller draw is part of a larger one of the same kind.
 * @param same for each training sample the first that equals it; what is held out is then nothing that is learned.
 * @throws UserError if a class would be left without training samples or has too few for the subset.
 */
export function drawSplits(
  trainLabels: Uint8Array | Int32Array,
  testLabels: Uint8Array | Int32Array,
  classes: number,
  options: SplitOptions,
  same?: Int32Array,
): SplitIndices {
  const draw = (use: string, pools: readonly Int32Array[], shares: readonly number[]) =>
    drawFromEach(RandomGenerator.forUse(options.splitSeed, `split/${use}`), pools, shares);

  let pools = byClass(trainLabels, classes);
  const { trainLimit, testLimit, validation, labelledSubset } = options;
  if (trainLimit !== undefined && trainLimit < trainLabels.length) {
    if (trainLimit < classes)
      throw new UserError(`trainLimit is ${trainLimit}, but there are ${classes} classes to learn.`, {
        remedy: `Set trainLimit to at least ${classes}, one sample per class.`,
        option: 'trainLimit',
      });
    const shares = shareOut(trainLimit - classes, sizes(pools, 1)).map((share) => share + 1);
    pools = draw('train-limit', pools, shares).taken;
  }

  if (validation >= 1)
    throw new UserError('validation is 1: every sample would be held out and none left to train on.', {
      remedy: 'Set validation below 1, for example 0.1.',
      option: 'validation',
    });
  const available = total(sizes(pools));
  // Training keeps one sample of each class, however large the fraction.
  const heldOut = heldOutCount(validation, available, available - classes);
  const held = draw('validation', pools, shareOut(heldOut, sizes(pools, 1)));
  const parted = withoutShared(merge(held.left), merge(held.taken), same ?? [], trainLabels);
  const train = parted.moved > 0 ? byClass(trainLabels, classes, parted.learned) : held.left;

  const subset = labelledSubset === undefined ? train : drawSubset(train, labelledSubset, draw);
  const testPools = byClass(testLabels, classes);
  const limitedTest =
    testLimit === undefined || testLimit >= testLabels.length
      ? testPools
      : draw('test-limit', testPools, shareOut(testLimit, sizes(testPools))).taken;
  return {
    train: parted.learned,
    subset: merge(subset),
    validation: parted.heldOut,
    test: merge(limitedTest),
    remarks: movedRemarks(parted, 'validation'),
  };
}

/** How many of some samples a fraction holds out, `most` at the most; none where the fraction is too small. */
export const heldOutCount = (fraction: number, samples: number, most: number): number =>
  Math.max(0, Math.min(Math.round(fraction * samples), most));

type Draw = (
  use: string,
  pools: readonly Int32Array[],
  shares: readonly number[],
) => { taken: Int32Array[]; left: Int32Array[] };

function drawSubset(pools: readonly Int32Array[], size: number, draw: Draw): Int32Array[] {
  const classes = pools.length;
  const available = total(sizes(pools));
  if (size > available)
    throw new UserError(
      `labelledSubset is ${size}, but only ${available} training samples are left after limits and the held-out split.`,
      {
        remedy: `Set labelledSubset to at most ${available}, or leave it out to train on all of them.`,
        option: 'labelledSubset',
      },
    );
  if (size < classes)
    throw new UserError(`labelledSubset is ${size}, but there are ${classes} classes to learn.`, {
      remedy: `Set labelledSubset to at least ${classes}, one sample per class.`,
      option: 'labelledSubset',
    });
  const shares = pools.map((_, index) => Math.floor(size / classes) + (index < size % classes ? 1 : 0));
  const short = pools.findIndex((pool, index) => pool.length < shares[index]!);
  if (short >= 0) {
    const smallest = Math.min(...sizes(pools));
    throw new UserError(
      `labelledSubset ${size} needs ${shares[short]} samples of each of the ${classes} classes, but class ${short} has ${pools[short]!.length}.`,
      { remedy: `Set labelledSubset to at most ${smallest * classes}.`, option: 'labelledSubset' },
    );
  }
  return draw('labelled-subset', pools, shares).taken;
}

/** Whole shares of `size` in proportion to `counts` (largest remainder); no share exceeds its count. */
export function shareOut(size: number, counts: readonly number[]): number[] {
  const all = total(counts);
  if (all === 0) return counts.map(() => 0);
  const exact = counts.map((count) => (size * count) / all);
  const shares = exact.map(Math.floor);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - shares[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, size - total(shares))) shares[index]!++;
  return shares;
}

function drawFromEach(
  generator: RandomGenerator,
  pools: readonly Int32Array[],
  shares: readonly number[],
): { taken: Int32Array[]; left: Int32Array[] } {
  const taken: Int32Array[] = [];
  const left: Int32Array[] = [];
  pools.forEach((pool, index) => {
    const order = generator.permutation(pool.length).map((position) => pool[position]!);
    taken.push(order.slice(0, shares[index]!));
    left.push(order.slice(shares[index]!).sort());
  });
  return { taken: taken.map((pool) => pool.sort()), left };
}

/** @param of the samples that count; left out: all. */
function byClass(labels: Uint8Array | Int32Array, classes: number, of?: Int32Array): Int32Array[] {
  const pools: number[][] = Array.from({ length: classes }, () => []);
  if (of) for (const index of of) pools[labels[index]!]!.push(index);
  else
    labels.forEach((label, index) => {
      pools[label]!.push(index);
    });
  return pools.map((pool) => Int32Array.from(pool));
}

const sizes = (pools: readonly Int32Array[], less = 0) =>
  pools.map((pool) => Math.max(0, pool.length - less));
const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

function merge(pools: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(total(sizes(pools)));
  let at = 0;
  for (const pool of pools) {
    all.set(pool, at);
    at += pool.length;
  }
  return all.sort();
}
