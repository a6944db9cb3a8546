import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AtRung, placeAt, rungsOf } from '../../src/sweeps/halving/successive-halving.ts';
import { golden } from './functions.ts';

const at = (...costs: readonly (readonly [seed: number, cost: number])[]): AtRung => new Map(costs);

test('rungs are multiplied by the factor and lie short of the end', () => {
  assert.deepEqual(rungsOf({ minEpochs: 1, factor: 3 }, 9), [1, 3]);
  assert.deepEqual(rungsOf({ minEpochs: 1, factor: 3 }, 10), [1, 3, 9]);
  assert.deepEqual(rungsOf({ minEpochs: 2, factor: 2 }, 20), [2, 4, 8, 16]);
  assert.deepEqual(rungsOf({ minEpochs: 5, factor: 2 }, 5), []);
});

describe('one run after the other, the same are ended after the same epoch as by the pruner of Optuna', () => {
  for (const { factor, curves, ends } of golden.halving)
    test(`factor ${factor}: ${ends.filter((end) => end !== null).length} of ${ends.length} are ended`, () => {
      const rungs = rungsOf({ minEpochs: 1, factor }, curves[0]!.length);
      const reached = rungs.map(() => new Map<number, AtRung>());
      const found = curves.map((curve, index) => {
        for (const [rung, epochs] of rungs.entries()) {
          const own = at([0, -curve[epochs - 1]!]);
          const { goesOn } = placeAt(own, reached[rung]!, factor);
          reached[rung]!.set(index, own);
          if (!goesOn) return epochs;
        }
        return null;
      });
      // Theirs may also end a run after its last epoch, when there is nothing left to save.
      assert.deepEqual(
        found,
        ends.map((end) => (end === curves[0]!.length ? null : end)),
      );
    });
});

test('points are compared seed by seed: a seed that is hard for all is held against none', () => {
  const own = at([1, 0.5]);
  // Better on average, but only for its easy seed: with the seed that both have it is behind.
  const easy = at([1, 0.6], [2, 0.1]);
  assert.deepEqual(placeAt(own, new Map([[7, easy]]), 2), { goesOn: true, ahead: 0, compared: 1, room: 1 });
  const better = at([1, 0.3], [2, 0.1]);
  const place = placeAt(
    own,
    new Map([
      [7, easy],
      [8, better],
    ]),
    2,
  );
  assert.deepEqual([place.goesOn, place.ahead, place.compared], [false, 1, 2]);
  assert.equal(place.first!.index, 8);
  assert.ok(Math.abs(place.first!.by - 0.2) < 1e-12 && place.first!.seeds === 1);
});

test('points that share no seed yet are not compared, the best one always goes on, and equals end nobody', () => {
  assert.deepEqual(placeAt(at([1, 9]), new Map([[0, at([2, 0])]]), 2), {
    ...{ goesOn: true, ahead: 0, compared: 0, room: 1 },
  });
  assert.equal(placeAt(at([1, 0.5]), new Map([[0, at([1, 0.5])]]), 16).goesOn, true);
  const others = new Map(Array.from({ length: 8 }, (_, index) => [index, at([1, index])]));
  // Of nine a third goes on.
  assert.deepEqual(
    [0.5, 1.5, 2.5, 3.5].map((cost) => placeAt(at([1, cost]), others, 3).goesOn),
    [true, true, false, false],
  );
});
