import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawSplits, type SplitOptions, shareOut } from '../../src/data/splits.ts';

const labels = Uint8Array.from({ length: 1000 }, (_, index) => (index % 10 === 0 ? 0 : index % 3));
const testLabels = Uint8Array.from({ length: 90 }, (_, index) => index % 3);
const draw = (options: Partial<SplitOptions>) =>
  drawSplits(labels, testLabels, 3, { splitSeed: 0, validation: 0.1, ...options });
const perClass = (indices: Int32Array, of: Uint8Array = labels) => {
  const counts = [0, 0, 0];
  for (const index of indices) counts[of[index]!]!++;
  return counts;
};

test('training and validation share no sample and together hold all', () => {
  const { train, validation } = draw({});
  assert.equal(validation.length, 100);
  assert.deepEqual(
    [...train, ...validation].sort((a, b) => a - b),
    [...labels.keys()],
  );
});

test('validation and limits keep the proportions of the classes', () => {
  const whole = perClass(Int32Array.from(labels.keys()));
  const { validation, test: testing } = draw({ trainLimit: 500, testLimit: 30 });
  perClass(validation).forEach((count, index) => {
    assert.ok(Math.abs(count - whole[index]! / 20) <= 1, `class ${index}: ${count} of ${whole[index]}`);
  });
  assert.deepEqual(perClass(testing, testLabels), [10, 10, 10]);
});

test('the labelled subset is drawn from the training samples, the same number per class', () => {
  const { train, subset } = draw({ labelledSubset: 100 });
  assert.deepEqual(perClass(subset), [34, 33, 33]);
  const trained = new Set(train);
  assert.ok(subset.every((index) => trained.has(index)));
});

test('without labelledSubset the student trains on the whole training split', () => {
  const { train, subset } = draw({});
  assert.deepEqual(subset, train);
});

test('splits depend on splitSeed alone', () => {
  assert.deepEqual(draw({ labelledSubset: 60 }), draw({ labelledSubset: 60 }));
  assert.notDeepEqual(draw({ labelledSubset: 60 }).subset, draw({ labelledSubset: 60, splitSeed: 1 }).subset);
  assert.notDeepEqual(draw({}).validation, draw({ splitSeed: 1 }).validation);
});

test('a smaller subset is part of a larger one, and leaves the held-out samples as they are', () => {
  const small = draw({ labelledSubset: 30 });
  const large = draw({ labelledSubset: 90 });
  const inLarge = new Set(large.subset);
  assert.ok(small.subset.every((index) => inLarge.has(index)));
  assert.deepEqual(small.validation, large.validation);
});

test('no held-out split where validation is 0, and training keeps a sample of each class where it is nearly 1', () => {
  assert.equal(draw({ validation: 0 }).validation.length, 0);
  assert.deepEqual(perClass(draw({ validation: 0.9999 }).train), [1, 1, 1]);
});

for (const [name, options, message] of [
  ['validation of 1', { validation: 1 }, /none left to train on/],
  ['a trainLimit below the classes', { trainLimit: 2 }, /trainLimit is 2, but there are 3 classes/],
  ['a subset below the classes', { labelledSubset: 2 }, /labelledSubset is 2, but there are 3 classes/],
  ['a subset beyond the samples', { labelledSubset: 901 }, /only 900 training samples are left/],
  [
    'a subset a rare class cannot fill',
    { labelledSubset: 850 },
    /needs 28\d samples of each of the 3 classes, but class \d has/,
  ],
] as const)
  test(`${name} is refused`, () => {
    assert.throws(() => draw(options), { name: 'UserError', message });
  });

test('shares add up and none exceeds its count', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (counts, part) => {
        const size = Math.floor(part * counts.reduce((sum, count) => sum + count, 0));
        const shares = shareOut(size, counts);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          size,
        );
        assert.ok(shares.every((share, index) => share >= 0 && share <= counts[index]!));
      },
    ),
  );
});
