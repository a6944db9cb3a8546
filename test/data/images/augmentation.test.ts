import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostBatch } from '../../../src/data/dataset.ts';
import { augmented } from '../../../src/data/images/augmentation.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';

/** `count` images of 3 × 4 pixels in two channels, each pixel a number of its own. */
function numbered(count: number): HostBatch {
  const shape = [count, 3, 4, 2];
  return {
    input: {
      pixels: { data: Float32Array.from({ length: count * 24 }, (_, at) => at), shape, dtype: 'float32' },
    },
    labels: { data: new Int32Array(count), shape: [count], dtype: 'int32' },
    weights: { data: new Float32Array(count).fill(1), shape: [count], dtype: 'float32' },
    sampleIds: Int32Array.from({ length: count }, (_, index) => index),
  };
}

const pixelsOf = (batch: HostBatch) => batch.input.pixels!.data as Float32Array;
const generator = (use = 'test') => RandomGenerator.forUse(1, use);

/** Every image that a shift of up to one pixel, mirrored or not, can make of one, as text. */
function possible(image: Float32Array, flip: boolean): Map<string, string> {
  const at = (y: number, x: number, channel: number) =>
    image[(Math.min(2, Math.max(0, y)) * 4 + Math.min(3, Math.max(0, x))) * 2 + channel]!;
  const images = new Map<string, string>();
  for (const down of [-1, 0, 1])
    for (const right of [-1, 0, 1])
      for (const mirrored of flip ? [false, true] : [false]) {
        const made: number[] = [];
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 4; x++)
            for (const channel of [0, 1])
              made.push(at(y - down, mirrored ? 3 - x - right : x - right, channel));
        images.set(made.join(), `${down} ${right} ${mirrored}`);
      }
  return images;
}

for (const flip of [false, true])
  test(`every image is shifted by at most so much, and all shifts occur${flip ? ', mirrored too' : ''}`, () => {
    const batch = numbered(400);
    const before = pixelsOf(batch).slice();
    const data = pixelsOf(augmented(batch, { shift: 1, flip }, generator()));
    const seen = new Set<string>();
    for (let image = 0; image < 400; image++) {
      const original = before.subarray(image * 24, image * 24 + 24);
      const made = possible(original, flip).get(data.subarray(image * 24, image * 24 + 24).join());
      assert.ok(made, `image ${image} became ${data.subarray(image * 24, image * 24 + 24).join()}`);
      seen.add(made);
    }
    assert.equal(seen.size, flip ? 18 : 9);
    assert.deepEqual(pixelsOf(batch), before, 'the batch itself is left alone');
  });

test('the same generator draws the same, another one other images', () => {
  const [one, same, other] = ['a', 'a', 'b'].map((use) =>
    pixelsOf(augmented(numbered(8), { shift: 2, flip: true }, generator(use))),
  );
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});

test('a shift of nothing leaves images as they are, one beyond the image shows its edge', () => {
  assert.deepEqual(
    pixelsOf(augmented(numbered(5), { shift: 0, flip: false }, generator())),
    pixelsOf(numbered(5)),
  );
  const far = pixelsOf(augmented(numbered(50), { shift: 1024, flip: false }, generator()));
  assert.ok(far.every((value) => Number.isInteger(value)));
});
