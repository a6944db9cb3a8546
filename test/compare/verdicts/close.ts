import assert from 'node:assert/strict';

/** Numbers that agree but for rounding. */
export const close = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
