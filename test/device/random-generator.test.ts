import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../src/device/random-generator.ts';

test('a generator restored from its state goes on as the original would', () => {
  const original = RandomGenerator.forUse(3, 'dropout');
  original.normal();
  const restored = RandomGenerator.fromState(original.getState());
  const draw = (generator: RandomGenerator) => [
    generator.normal(),
    generator.uniform(),
    ...generator.permutation(9),
  ];
  assert.deepEqual(draw(restored), draw(original));
});

test('uses and seeds have streams of their own', () => {
  const first = [
    RandomGenerator.forUse(3, 'shuffle'),
    RandomGenerator.forUse(3, 'dropout'),
    RandomGenerator.forUse(4, 'shuffle'),
  ];
  assert.equal(new Set(first.map((generator) => generator.uniform())).size, 3);
});

test('normals have mean 0 and variance 1, masks the asked share of ones', () => {
  const generator = RandomGenerator.forUse(1, 'moments');
  const draws = Array.from({ length: 20_000 }, () => generator.normal());
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05);
  const mask = new Uint8Array(40_001);
  generator.fillBernoulli(mask, 0.9);
  const share = mask.reduce((sum, bit) => sum + bit, 0) / mask.length;
  assert.ok(Math.abs(share - 0.9) < 0.01);
});

test('a permutation holds every index once', () => {
  const order = RandomGenerator.forUse(1, 'order').permutation(1000);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    Array.from({ length: 1000 }, (_, index) => index),
  );
  assert.notDeepEqual(
    [...order],
    [...order].sort((a, b) => a - b),
  );
});

test('masks have the asked share whatever its binary digits, and no two halves alike', () => {
  const generator = RandomGenerator.forUse(1, 'shares');
  for (const keep of [0, 1 / 65536, 0.1, 0.25, 0.5, 0.75, 0.8, 0.8125, 1]) {
    const mask = new Uint8Array(100_003);
    generator.fillBernoulli(mask, keep);
    const share = mask.reduce((sum, bit) => sum + bit, 0) / mask.length;
    const spread = Math.sqrt((keep * (1 - keep)) / mask.length);
    assert.ok(Math.abs(share - keep) <= 5 * spread, `${share} of ${keep}`);
    // Neighbours are independent: both are kept with probability keep².
    let pairs = 0;
    for (let at = 1; at < mask.length; at++) pairs += mask[at]! & mask[at - 1]!;
    assert.ok(Math.abs(pairs / mask.length - keep * keep) < 0.01, `neighbours at ${keep}`);
  }
});
