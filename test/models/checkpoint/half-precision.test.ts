import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  brainFloatsToFloats,
  floatsToBrainFloats,
  floatToHalf,
  halfToFloat,
} from '../../../src/models/checkpoint/half-precision.ts';

test('every binary16 value survives the way to float32 and back', () => {
  for (let half = 0; half < 65536; half++) {
    const value = halfToFloat(half);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(halfToFloat(floatToHalf(value))));
    else assert.equal(floatToHalf(value), half, `0x${half.toString(16)} is ${value}`);
  }
});

test('float32 rounds to the nearest binary16, ties to even', () => {
  const rounded: [number, number][] = [
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
    [65519, 65504],
    [65520, Number.POSITIVE_INFINITY],
    [-1e10, Number.NEGATIVE_INFINITY],
    [2 ** -25, 0],
    [2 ** -25 * 1.001, 2 ** -24],
    [2 ** -24 * 1.5, 2 ** -23],
    [2 ** -14 - 2 ** -26, 2 ** -14],
  ];
  for (const [value, expected] of rounded)
    assert.equal(halfToFloat(floatToHalf(value)), expected, `${value}`);
});

test('every bfloat16 value survives the way to float32 and back, and others round to nearest even', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, index) => index);
  const back = floatsToBrainFloats(brainFloatsToFloats(all));
  for (let at = 0; at < all.length; at++) {
    const notANumber = (at & 0x7fff) > 0x7f80;
    if (notANumber) assert.ok((back[at]! & 0x7fff) > 0x7f80);
    else assert.equal(back[at], at);
  }
  const round = (value: number) => brainFloatsToFloats(floatsToBrainFloats(Float32Array.of(value)))[0];
  assert.equal(round(1 + 2 ** -8), 1);
  assert.equal(round(1 + 3 * 2 ** -8), 1 + 2 ** -6);
  assert.equal(round(1 + 2 ** -8 + 2 ** -20), 1 + 2 ** -7);
  assert.equal(round(3.4e38), Number.POSITIVE_INFINITY);
});
