import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoredLabel } from '../../../src/data/dataset.ts';
import { oneClassEach } from '../../../src/data/labels.ts';
import { MixedSplit } from '../../../src/data/mixed-split.ts';
import { TextSplit } from '../../../src/data/text/text-split.ts';
import { TokenStore } from '../../../src/data/text/token-store.ts';

const padId = 9;

/** Texts of so many tokens each, all of which are the number of the text. */
function texts(lengths: readonly number[], name: 'subset' | 'unlabelled', idOffset: number) {
  const tokens = new TokenStore(10);
  for (const [index, length] of lengths.entries()) tokens.add(new Int32Array(length).fill(idOffset + index));
  const labels = oneClassEach(
    Int32Array.from(lengths, (_, index) => index % 2),
    2,
  );
  const layout = { padId, buckets: [2, 4] };
  const all = Int32Array.from(lengths.keys());
  return new TextSplit(name, { tokens, labels, idOffset }, all, layout);
}

const task = { text: { goal: 'classification', vocabulary: 10, length: 4, padId } } as const;
const labelled = texts([2, 1], 'subset', 0);
const unlabelled = texts([4, 2, 3], 'unlabelled', 5);

test('samples with labels come first in a batch, those without hide whatever labels they have', () => {
  const mixed = new MixedSplit(labelled, unlabelled, task);
  assert.deepEqual([mixed.size, mixed.labelled], [5, 2]);
  const { input, labels, weights, sampleIds } = mixed.batch(Int32Array.of(4, 1, 2), 4);
  assert.deepEqual([...sampleIds], [1, 7, 5]);
  assert.deepEqual([...labels.data], [1, ignoredLabel, ignoredLabel, ignoredLabel]);
  assert.deepEqual([...weights.data], [1, 1, 1, 0]);
  assert.deepEqual(input.ids!.shape, [4, 4]);
  const row = (at: number) => [...input.ids!.data.subarray(4 * at, 4 * at + 4)];
  assert.deepEqual(
    [row(0), row(1), row(2)],
    [
      [1, 9, 9, 9],
      [7, 7, 7, 9],
      [5, 5, 5, 5],
    ],
  );
  assert.deepEqual([...input.mask!.data.subarray(0, 8)], [1, 0, 0, 0, 1, 1, 1, 0]);
});

test('a batch of one kind is that of its own split, but for labels', () => {
  const mixed = new MixedSplit(labelled, unlabelled, task);
  assert.deepEqual(mixed.batch(Int32Array.of(1, 0), 3), labelled.batch(Int32Array.of(1, 0), 3));
  const alone = mixed.batch(Int32Array.of(3, 2), 3);
  const own = unlabelled.batch(Int32Array.of(1, 0), 3);
  assert.deepEqual({ ...alone, labels: own.labels }, own);
  assert.deepEqual([...alone.labels.data], [ignoredLabel, ignoredLabel, ignoredLabel]);
});

test('of unlabelled samples some can be chosen, and lengths are those of the samples', () => {
  const mixed = new MixedSplit(labelled, unlabelled, task, Int32Array.of(0, 2));
  assert.equal(mixed.size, 4);
  assert.deepEqual(
    [0, 1, 2, 3].map((position) => mixed.lengthOf!(position)),
    [2, 2, 4, 4],
  );
  assert.deepEqual([...mixed.batch(Int32Array.of(3, 2), 2).sampleIds], [7, 5]);
  assert.throws(() => mixed.batch(Int32Array.of(4), 1), /no unlabelled sample 2/);
});
