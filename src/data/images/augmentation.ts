import type { RandomGenerator } from '../../device/random-generator.ts';
import type { AugmentationConfig } from '../../experiment/schema/schema.ts';
import type { HostBatch } from '../dataset.ts';

/**
 * A batch of images as they might as well have been taken: each shifted by up to `shift` pixels in both directions, its
 * edge repeated where nothing comes in from outside, and mirrored every other time where `flip` says so.
 * @param batch with `input.pixels` of (batch, height, width, channels); it is left as it is.
 */
export function augmented(
  batch: HostBatch,
  { shift, flip }: AugmentationConfig,
  generator: RandomGenerator,
): HostBatch {
  const { pixels } = batch.input;
  if (!pixels) return batch;
  const [count, height, width, channels] = pixels.shape as [number, number, number, number];
  const data = new Float32Array(pixels.data.length);
  const columns = new Int32Array(width);
  for (let image = 0, to = 0; image < count; image++) {
    const [down, right] = [drawn(shift, generator), drawn(shift, generator)];
    const mirrored = flip && generator.below(2) === 1;
    for (let x = 0; x < width; x++)
      columns[x] = clamped(mirrored ? width - 1 - x - right : x - right, width) * channels;
    for (let y = 0; y < height; y++) {
      const row = (image * height + clamped(y - down, height)) * width * channels;
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < channels; channel++)
          data[to++] = pixels.data[row + columns[x]! + channel]!;
    }
  }
  return { ...batch, input: { ...batch.input, pixels: { ...pixels, data } } };
}

const drawn = (shift: number, generator: RandomGenerator) => generator.below(2 * shift + 1) - shift;

const clamped = (position: number, size: number) => Math.min(size - 1, Math.max(0, position));
