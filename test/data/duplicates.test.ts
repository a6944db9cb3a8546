import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duplicateRemarks, sameSamples, withoutShared } from '../../src/data/duplicates.ts';
import { drawSplits } from '../../src/data/splits.ts';

test('samples are the same where all their bytes are, as texts of them tell', () => {
  const samples = fc.array(fc.uint8Array({ maxLength: 3, max: 2 }), { maxLength: 60 });
  fc.assert(
    fc.property(samples, (all) => {
      const texts = all.map((bytes) => bytes.join());
      const expected = texts.map((text) => texts.indexOf(text));
      assert.deepEqual([...sameSamples(all.length, (sample) => all[sample]!)], expected);
    }),
  );
});

test('samples of the same hash are told apart by their bytes', () => {
  // "costarring" and "liquid" have the same 32-bit FNV-1a; behind equal beginnings others have it too.
  const words = ['costarring', 'liquid', 'declinate', 'macallums', 'liquid', 'costarring'];
  const bytes = words.map((word) => new TextEncoder().encode(word));
  assert.deepEqual([...sameSamples(words.length, (sample) => bytes[sample]!)], [0, 1, 2, 3, 1, 0]);
});

test('what is moved to the training samples is all that equals one, unless half a class would go', () => {
  const drawn = fc.array(fc.record({ label: fc.nat(1), same: fc.nat(8), test: fc.boolean() }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(drawn, (samples) => {
      const numbers = samples.map((_, index) => index);
      const pick = (test: boolean) =>
        Int32Array.from(numbers.filter((index) => samples[index]!.test === test));
      const same = samples.map((sample) => sample.same);
      const labels = samples.map(({ label }) => label);
      const { learned, heldOut, moved } = withoutShared(pick(false), pick(true), same, labels);
      assert.deepEqual(
        [...learned, ...heldOut].sort((a, b) => a - b),
        numbers,
      );
      assert.deepEqual(
        [...learned],
        [...learned].sort((a, b) => a - b),
      );
      assert.equal(moved, pick(true).length - heldOut.length);
      const known = new Set([...pick(false)].map((index) => same[index]));
      for (const label of [0, 1]) {
        const before = [...pick(true)].filter((index) => labels[index] === label);
        const shared = before.filter((index) => known.has(same[index]!));
        const after = [...heldOut].filter((index) => labels[index] === label);
        const expected = 2 * shared.length <= before.length ? before.length - shared.length : before.length;
        assert.equal(after.length, expected);
      }
    }),
  );
});

test('without equal samples the splits are drawn as ever', () => {
  const labels = Int32Array.from({ length: 50 }, (_, index) => index % 3);
  const options = { splitSeed: 4, validation: 0.3, labelledSubset: 9, testLimit: 20 };
  const unique = Int32Array.from(labels, (_, index) => index);
  assert.deepEqual(drawSplits(labels, labels, 3, options, unique), drawSplits(labels, labels, 3, options));
});

test('what a test and a validation share with training is counted in words', () => {
  const of = (...samples: number[]) => Int32Array.from(samples);
  const remarks = duplicateRemarks(
    { train: of(1, 2, 3, 4), validation: of(5, 6), test: of(2, 2, 7, 8) },
    'pixel by pixel',
  );
  assert.deepEqual(remarks, [
    {
      kind: 'duplicate-samples',
      message:
        '2 of 4 test samples (50.0 %) stand among the training samples too, pixel by pixel the same: that part of the result shows what was memorized.',
    },
  ]);
});
