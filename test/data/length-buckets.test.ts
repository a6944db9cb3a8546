import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { batches } from '../../src/data/batches.ts';
import type { HostBatch, Split } from '../../src/data/dataset.ts';
import { bucketOf, groupByLength, lengthBuckets } from '../../src/data/length-buckets.ts';

test('buckets are few, ascending, end at the longest sample and never double it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40_000 }), (longest) => {
      const buckets = lengthBuckets(longest);
      assert.ok(buckets.length <= 5);
      assert.equal(buckets.at(-1), longest);
      buckets.forEach((bucket, index) => {
        assert.ok(index === 0 || bucket > buckets[index - 1]!);
        assert.ok(index === 0 || bucket <= 2 * buckets[index - 1]!);
      });
    }),
  );
});

test('a sample goes into the smallest bucket that holds it', () => {
  const buckets = lengthBuckets(128);
  assert.deepEqual(buckets, [16, 32, 64, 128]);
  assert.deepEqual(
    [1, 16, 17, 64, 65, 128].map((length) => bucketOf(length, buckets)),
    [16, 16, 32, 64, 128, 128],
  );
  assert.throws(() => bucketOf(129, buckets), RangeError);
});

describe('grouping by length', () => {
  const splitOf = (lengths: readonly number[]): Split => ({
    name: 'train',
    size: lengths.length,
    lengthOf: (position) => lengths[position]!,
    batch: (positions) => ({ sampleIds: positions }) as unknown as HostBatch,
  });
  const cases = fc.record({
    lengths: fc.array(fc.constantFrom(16, 32, 64), { minLength: 1, maxLength: 60 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
  });

  test('every sample comes once, and only as many batches mix lengths as there are lengths', () => {
    fc.assert(
      fc.property(cases, ({ lengths, batchSize }) => {
        const order = Int32Array.from(lengths.keys()).reverse();
        const grouped = groupByLength(splitOf(lengths), order, batchSize);
        assert.deepEqual(
          [...grouped].sort((a, b) => a - b),
          [...lengths.keys()],
        );
        let mixed = 0;
        for (let start = 0; start < grouped.length; start += batchSize) {
          const batch = grouped.subarray(start, start + batchSize);
          if (new Set(Array.from(batch, (position) => lengths[position])).size > 1) mixed++;
        }
        assert.ok(mixed <= new Set(lengths).size - 1);
      }),
    );
  });

  test('the same order in gives the same order out, and images keep theirs', () => {
    const order = Int32Array.of(3, 0, 2, 1);
    const lengths = [16, 64, 16, 64];
    assert.deepEqual([...groupByLength(splitOf(lengths), order, 2)], [0, 2, 3, 1]);
    const { lengthOf, ...images } = splitOf(lengths);
    assert.equal(groupByLength(images, order, 2), order);
    assert.ok(lengthOf);
  });

  test('batches() groups', () => {
    const all = [...batches(splitOf([16, 64, 16, 64]), Int32Array.of(0, 1, 2, 3), 2)];
    assert.deepEqual(
      all.map(({ sampleIds }) => [...sampleIds]),
      [
        [0, 2],
        [1, 3],
      ],
    );
  });
});
