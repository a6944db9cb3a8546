import type { HostBatch, Split } from './dataset.ts';
import { groupByLength } from './length-buckets.ts';

/**
 * The samples of a split in the given order, texts grouped by length, in batches of one size; the last one is padded at
 * weight 0.
 * @param order positions in the split, 0 … size − 1; need not hold all of them.
 */
export function* batches(split: Split, order: Int32Array, batchSize: number): Generator<HostBatch> {
  const grouped = groupByLength(split, order, batchSize);
  for (let start = 0; start < order.length; start += batchSize)
    yield split.batch(grouped.subarray(start, start + batchSize), batchSize);
}

/** How many batches {@link batches} yields. */
export const batchCount = (samples: number, batchSize: number): number => Math.ceil(samples / batchSize);

/** The order of the file, for evaluation. */
export const inOrder = (split: Split): Int32Array =>
  Int32Array.from({ length: split.size }, (_, index) => index);
