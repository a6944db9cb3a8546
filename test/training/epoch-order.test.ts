import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { mixedOrder } from '../../src/training/epoch-order.ts';

const mixes = fc.record({
  labelled: fc.integer({ min: 1, max: 30 }),
  unlabelled: fc.integer({ min: 1, max: 60 }),
  share: fc.option(fc.double({ min: 0.05, max: 0.9, noNaN: true }), { nil: undefined }),
  seed: fc.nat(9),
});

test('an epoch has each labelled sample once and its share of the others, which take turns', () => {
  fc.assert(
    fc.property(mixes, ({ share, ...mix }) => {
      const order = mixedOrder({ ...mix, ...(share !== undefined && { share }) });
      const shuffle = RandomGenerator.forUse(mix.seed, 'shuffle');
      const alone = RandomGenerator.forUse(mix.seed, 'shuffle');
      const turns: number[] = [];
      for (let epoch = 0; epoch < 4; epoch++) {
        const positions = [...order.of(epoch, shuffle)];
        assert.equal(positions.length, order.size);
        const own = positions.filter((position) => position < mix.labelled);
        // As they would come without the others, so that runs with and without are paired.
        assert.deepEqual(own, [...alone.permutation(mix.labelled)]);
        turns.push(...positions.filter((position) => position >= mix.labelled));
      }
      const wanted = share === undefined ? mix.unlabelled : (mix.labelled * share) / (1 - share);
      assert.ok(Math.abs(order.size - mix.labelled - Math.max(1, wanted)) <= 0.5);
      for (let start = 0; start < turns.length; start += mix.unlabelled) {
        const pass = turns.slice(start, start + mix.unlabelled);
        assert.equal(new Set(pass).size, pass.length);
      }
    }),
  );
});

test('both kinds are spread evenly over an epoch', () => {
  const order = mixedOrder({ labelled: 20, unlabelled: 200, share: 0.75, seed: 1 });
  const positions = order.of(0, RandomGenerator.forUse(1, 'shuffle'));
  for (let start = 0; start < positions.length; start += 8)
    assert.equal(positions.slice(start, start + 8).filter((position) => position < 20).length, 2);
});

test('an epoch follows from its number and the state of the shuffle alone', () => {
  const mix = { labelled: 7, unlabelled: 11, share: 0.5, seed: 3 };
  const shuffle = RandomGenerator.forUse(3, 'shuffle');
  const order = mixedOrder(mix);
  order.of(0, shuffle);
  order.of(1, shuffle);
  const state = shuffle.getState();
  const third = order.of(2, shuffle);
  assert.deepEqual(mixedOrder(mix).of(2, RandomGenerator.fromState([...state])), third);
});
