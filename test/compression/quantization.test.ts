import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { activationScale, RangeObserver } from '../../src/compression/quantization/activations.ts';
import { quantizeGroups, quantizeRows, roundHalfToEven } from '../../src/compression/quantization/rows.ts';
import { floatsToHalves, halvesToFloats } from '../../src/models/checkpoint/half-precision.ts';
import { dequantizeGroups, dequantizeRows } from '../../src/models/stored/dequantize.ts';
import { packNibbles, unpackNibbles } from '../../src/models/stored/nibbles.ts';

interface Reference {
  readonly rows: number;
  readonly weight: number[];
  readonly scales: number[];
  readonly values: number[];
  readonly dequantized: number[];
}

const reference: {
  readonly rows: Reference;
  readonly groups: readonly (Reference & { readonly groupSize: number })[];
  readonly activations: readonly { low: number; high: number; scale: number; zeroPoint: number }[];
  readonly halves: { readonly values: number[]; readonly rounded: number[] };
} = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/compression/quantization.json'), 'utf8'));

/** As float32 and as PyTorch wrote it. */
const floats = (numbers: readonly number[]) => [...Float32Array.from(numbers)];

test('weights of 8 bits are those of PyTorch', () => {
  const { rows, weight, scales, values, dequantized } = reference.rows;
  const quantized = quantizeRows(Float32Array.from(weight), rows);
  assert.deepEqual([...quantized.scales], floats(scales));
  assert.deepEqual([...quantized.values], values);
  assert.deepEqual([...dequantizeRows(quantized)], floats(dequantized));
});

test('weights of 4 bits in groups are those of PyTorch, in whole groups and in a shorter last one', () => {
  for (const { rows, weight, scales, values, dequantized, groupSize } of reference.groups) {
    const quantized = quantizeGroups(Float32Array.from(weight), rows, groupSize);
    assert.deepEqual([...quantized.scales], floats(scales));
    assert.deepEqual([...quantized.values], values);
    assert.deepEqual([...dequantizeGroups(quantized, rows)], floats(dequantized));
  }
});

test('scales and zero points of activations are those of PyTorch', () => {
  for (const { low, high, scale, zeroPoint } of reference.activations)
    assert.deepEqual(activationScale(low, high), { scale: Math.fround(scale), zeroPoint });
});

test('float16 rounds as PyTorch does', () => {
  const { values, rounded } = reference.halves;
  assert.deepEqual([...halvesToFloats(floatsToHalves(Float32Array.from(values)))], floats(rounded));
});

test('a half is rounded to the even neighbour', () => {
  assert.deepEqual(
    [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.49, -2.51].map(roundHalfToEven).map(Math.abs),
    [0, 2, 2, 0, 2, 2, 2, 3],
  );
});

/** Large and small, but none so small that its scale loses its precision as a subnormal. */
const weight = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((whole) => Math.fround(whole / 4096));
const matrix = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 70 }) })
  .chain(({ rows, width }) =>
    fc
      .array(weight, { minLength: rows * width, maxLength: rows * width })
      .map((values) => ({ rows, width, weights: Float32Array.from(values) })),
  );

test('no weight is further from itself than half a step of its scale', () => {
  const withinHalf = (before: number, after: number, scale: number) =>
    assert.ok(Math.abs(before - after) <= (0.5 + 1e-4) * scale, `${before} became ${after}, scale ${scale}`);
  fc.assert(
    fc.property(matrix, ({ rows, width, weights }) => {
      const bytes = quantizeRows(weights, rows);
      for (const [at, value] of dequantizeRows(bytes).entries())
        withinHalf(weights[at]!, value, bytes.scales[Math.floor(at / width)]!);
      const nibbles = quantizeGroups(weights, rows, 16);
      const groups = Math.ceil(width / 16);
      dequantizeGroups(nibbles, rows).forEach((value, at) => {
        const scale = nibbles.scales[Math.floor(at / width) * groups + Math.floor((at % width) / 16)]!;
        withinHalf(weights[at]!, value, scale);
      });
    }),
    { numRuns: 100 },
  );
});

test('numbers of 4 bits come out of their bytes as they went in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: -8, max: 7 }), { minLength: 1, maxLength: 9 }),
      (rows, row) => {
        const values = Int8Array.from({ length: rows * row.length }, (_, at) => row[at % row.length]!);
        const packed = packNibbles(values, rows);
        assert.equal(packed.length, rows * Math.ceil(row.length / 2));
        assert.deepEqual(unpackNibbles(packed, rows, row.length), values);
      },
    ),
  );
  assert.deepEqual([...packNibbles(Int8Array.of(-8, 7, 0), 1)], [0xf0, 0x88]);
});

test('a range holds all values at 100 %, and leaves outliers out below', () => {
  const observer = new RangeObserver();
  observer.add(Float32Array.from({ length: 5000 }, (_, at) => at / 5000 - 0.5));
  observer.add(Float32Array.of(900, -300));
  assert.deepEqual(observer.range(100), [-300, 900]);
  const [low, high] = observer.range(99.9);
  assert.ok(low >= -1 && low <= -0.49, `low ${low}`);
  assert.ok(high <= 1 && high >= 0.49, `high ${high}`);
  assert.throws(() => observer.add(Float32Array.of(Number.NaN)), /finite/);
});

test('an activation that is always zero has a range of nothing, and a scale that divides', () => {
  const observer = new RangeObserver();
  observer.add(new Float32Array(10));
  assert.deepEqual(observer.range(99), [0, 0]);
  assert.deepEqual(activationScale(0, 0), { scale: 1, zeroPoint: 0 });
});
