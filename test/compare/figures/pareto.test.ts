import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { paretoFront } from '../../../src/compare/figures/pareto.ts';

const point = (cost: number, quality: number) => ({ cost, quality });

test('the front leaves out what another model beats', () => {
  const front = paretoFront([point(10, 0.9), point(5, 0.8), point(7, 0.7), point(20, 0.9), point(1, 0.5)]);
  assert.deepEqual(front, [point(1, 0.5), point(5, 0.8), point(10, 0.9)]);
});

test('equal points are all kept; points that are not finite take no part', () => {
  const front = paretoFront([
    point(1, 1),
    point(1, 1),
    point(Number.NaN, 2),
    point(0, Number.NEGATIVE_INFINITY),
  ]);
  assert.deepEqual(front, [point(1, 1), point(1, 1)]);
});

test('a point is on the front exactly when no other dominates it', () => {
  const small = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(fc.array(fc.record({ cost: small, quality: small }), { maxLength: 30 }), (points) => {
      const front = new Set(paretoFront(points));
      for (const one of points) {
        const dominated = points.some(
          (other) =>
            other.cost <= one.cost &&
            other.quality >= one.quality &&
            (other.cost < one.cost || other.quality > one.quality),
        );
        assert.equal(front.has(one), !dominated);
      }
    }),
  );
});
