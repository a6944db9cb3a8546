import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningRateAt } from '../../../src/training/optimizers/schedule.ts';

const base = { learningRate: 0.8, warmupRatio: 0.2 };
const rates = (schedule: 'linear' | 'cosine' | 'constant', steps: number, warmupRatio = 0.2) =>
  Array.from({ length: steps }, (_, step) => learningRateAt({ ...base, schedule, warmupRatio }, step, steps));

const close = (actual: number[], expected: number[]) =>
  actual.forEach((value, at) => {
    assert.ok(Math.abs(value - expected[at]!) < 1e-12, `step ${at}: ${value}, not ${expected[at]}`);
  });

test('the rate rises linearly over the warm-up, the first step included', () => {
  close(rates('constant', 10), [0.4, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]);
});

test('the linear schedule falls by equal steps and would be zero after the last', () => {
  close(rates('linear', 10), [0.4, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]);
});

test('the cosine schedule starts at the peak, halves in the middle and ends near zero', () => {
  const all = rates('cosine', 10);
  assert.equal(all[2], 0.8);
  assert.ok(Math.abs(all[6]! - 0.4) < 1e-12);
  assert.ok(all[9]! > 0 && all[9]! < 0.04);
});

test('without warm-up the first step has the full rate', () => {
  close(rates('linear', 4, 0), [0.8, 0.6, 0.4, 0.2]);
});

test('a warm-up that takes the whole run ends at the peak', () => {
  close(rates('linear', 4, 1), [0.2, 0.4, 0.6, 0.8]);
});
