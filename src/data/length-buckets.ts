import type { Split } from './dataset.ts';

const smallest = 16;
const granularity = 8;

/**
 * The few lengths that samples are padded to, ascending; the last holds the longest sample. Few, because a step is
 * compiled once for each; in powers of two, so that padding never doubles a sample.
 */
export function lengthBuckets(longest: number): readonly number[] {
  const round = (length: number) => Math.ceil(length / granularity) * granularity;
  const buckets = [longest];
  for (let length = longest / 2; length >= smallest && buckets.length < 5; length /= 2)
    buckets.unshift(round(length));
  return [...new Set(buckets)].filter((bucket) => bucket <= longest);
}

/** The smallest bucket that a sample fits in. */
export function bucketOf(length: number, buckets: readonly number[]): number {
  const bucket = buckets.find((candidate) => length <= candidate);
  if (bucket === undefined) throw new RangeError(`no bucket holds ${length} tokens`);
  return bucket;
}

/**
 * The same samples in an order in which each run of `batchSize` of them fits one bucket, so that short texts are not
 * padded to the length of long ones. A batch goes out when its bucket has filled it, so a random order stays as random
 * as it can; what is left at the end is put together by length. Splits whose samples have no length keep their order.
 */
export function groupByLength(split: Split, order: Int32Array, batchSize: number): Int32Array {
  if (!split.lengthOf) return order;
  const grouped = new Int32Array(order.length);
  const waiting = new Map<number, number[]>();
  let at = 0;
  for (const position of order) {
    const length = split.lengthOf(position);
    const queue = waiting.get(length) ?? [];
    queue.push(position);
    waiting.set(length, queue);
    if (queue.length < batchSize) continue;
    grouped.set(queue, at);
    at += queue.length;
    waiting.set(length, []);
  }
  for (const length of [...waiting.keys()].sort((a, b) => a - b)) {
    grouped.set(waiting.get(length)!, at);
    at += waiting.get(length)!.length;
  }
  return grouped;
}
