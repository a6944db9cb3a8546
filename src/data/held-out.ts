import { RandomGenerator } from '../device/random-generator.ts';
import { shareOut } from './splits.ts';

/** Indices to train on and to test on, the same part of each class; every class keeps a training sample. */
export function setAside(
  labels: Int32Array,
  classes: number,
  fraction: number,
  seed: number,
): [Int32Array, Int32Array] {
  const pools: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, index) => {
    pools[label]!.push(index);
  });
  const spare = pools.map((pool) => pool.length - 1);
  const most = spare.reduce((sum, count) => sum + count, 0);
  const shares = shareOut(Math.min(most, Math.max(1, Math.round(fraction * labels.length))), spare);
  const generator = RandomGenerator.forUse(seed, 'split/test');
  const training: number[] = [];
  const testing: number[] = [];
  pools.forEach((pool, label) => {
    const order = Array.from(generator.permutation(pool.length), (position) => pool[position]!);
    testing.push(...order.slice(0, shares[label]!));
    training.push(...order.slice(shares[label]!));
  });
  return [Int32Array.from(training).sort(), Int32Array.from(testing).sort()];
}
