import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { bytesOf, decodeTensor, encodeTensor, type TensorType } from '../../../src/export/gguf/blocks.ts';
import { unexplainedRounding } from '../../../src/export/gguf/rounding.ts';

const block = (values: readonly number[]) => Float32Array.from({ length: 32 }, (_, at) => values[at] ?? 0);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const zeros = (bytes: number) => '00'.repeat(bytes);

test('float32 and float16 lie as IEEE 754 has them, the low byte first', () => {
  assert.equal(hex(encodeTensor('F32', Float32Array.of(1, -2))), '0000803f000000c0');
  assert.equal(hex(encodeTensor('F16', Float32Array.of(1, -2, 0.1))), '003c00c0662e');
});

test('eight bits: the largest magnitude is 127 times the scale, and halves are rounded away from zero', () => {
  // Scale 2, so 1, −1 and 3 lie halfway between two numbers: 0.5 → 1, −0.5 → −1, 1.5 → 2.
  const encoded = encodeTensor('Q8_0', block([254, -254, 1, -1, 3, 2.9]));
  assert.equal(hex(encoded), `0040${'7f8101ff0201'}${zeros(26)}`);
  assert.deepEqual([...decodeTensor('Q8_0', encoded).subarray(0, 6)], [254, -254, 2, -2, 4, 2]);
});

test('four bits: the extreme is −8 times the scale, whatever its sign, and halves of a block share bytes', () => {
  // Scale −1 for an extreme of 8: 8 → 0, −8 → 16 cut to 15, 0 → 8; 2 → 6, −3 → 11.
  const values = block([8, -8]);
  values[16] = 2;
  values[17] = -3;
  const encoded = encodeTensor('Q4_0', values);
  assert.equal(hex(encoded), `00bc${'60'}${'bf'}${'88'.repeat(14)}`);
  assert.deepEqual([...decodeTensor('Q4_0', encoded)].filter(Boolean), [8, -7, 2, -3]);
  // With an extreme of −8 the scale is 1: −8 → 0, 7.4 → 15, 7.6 → 16 cut to 15.
  assert.equal(hex(encodeTensor('Q4_0', block([-8, 7.4, 7.6]))).slice(0, 10), '003c808f8f');
});

test('zeros stay zeros, and each block has a scale of its own', () => {
  const values = new Float32Array(64);
  values[40] = 127;
  assert.equal(hex(encodeTensor('Q8_0', values)), `${zeros(34)}003c${zeros(8)}7f${zeros(23)}`);
  assert.equal(hex(encodeTensor('Q4_0', new Float32Array(32))), `0080${'88'.repeat(16)}`);
  assert.ok(decodeTensor('Q4_0', encodeTensor('Q4_0', new Float32Array(32))).every((value) => value === 0));
});

for (const type of ['F32', 'F16', 'Q8_0', 'Q4_0'] as TensorType[])
  test(`${type}: what is stored differs by its rounding, and nothing else passes for that`, () => {
    const generator = RandomGenerator.forUse(1, 'blocks');
    for (const scale of [1e-7, 1e-3, 1, 30]) {
      const values = Float32Array.from({ length: 320 }, () => scale * (2 * generator.uniform() - 1) ** 3);
      const bytes = encodeTensor(type, values);
      assert.equal(bytes.length, bytesOf(type, values.length));
      const stored = decodeTensor(type, bytes.slice());
      const share = unexplainedRounding(type, values, stored);
      assert.ok(share <= 1, `${share} at ${scale}`);
      if (scale < 1e-3) continue;
      // The next row in the place of this one, as where a matrix was turned, and a sign that was lost.
      assert.ok(
        unexplainedRounding(type, values, new Float32Array([...stored.slice(32), ...stored.slice(0, 32)])) >
          1,
      );
      assert.ok(unexplainedRounding(type, values, stored.map(Math.abs)) > 1);
      assert.ok(
        !(
          unexplainedRounding(
            type,
            values,
            stored.map(() => Number.NaN),
          ) <= 1
        ),
      );
      assert.ok(unexplainedRounding(type, values, stored.subarray(1)) > 1);
    }
  });

test('numbers that no scale of 16 bits reaches are refused', () => {
  for (const type of ['F16', 'Q8_0', 'Q4_0'] as const) {
    const [below, beyond] = { F16: [65_000, 70_000], Q8_0: [8e6, 9e6], Q4_0: [5e5, 6e5] }[type];
    assert.doesNotThrow(() => encodeTensor(type, block([below!])));
    assert.throws(() => encodeTensor(type, block([beyond!])), /beyond those of float16/);
    assert.throws(() => encodeTensor(type, block([Number.NaN])), RangeError);
    assert.throws(() => encodeTensor(type, block([Number.POSITIVE_INFINITY])), RangeError);
  }
});
