import { blockSize, type TensorType } from './blocks.ts';

/** Of binary16: half a unit of the last place, and half the smallest number. */
const halfUnit = 2 ** -11;
const halfSmallest = 2 ** -25;
/** What float32 loses on the way. */
const slack = 1 + 1e-5;

/**
 * The largest share by which a stored number differs from what it was made of, of what its type explains: up to 1 where
 * nothing else was done to it. NaN where one is no number.
 */
export function unexplainedRounding(type: TensorType, values: Float32Array, stored: Float32Array): number {
  if (values.length !== stored.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let from = 0; from < values.length; from += blockSize) {
    const to = Math.min(from + blockSize, values.length);
    let largest = 0;
    for (let at = from; at < to; at++) largest = Math.max(largest, Math.abs(values[at]!));
    for (let at = from; at < to; at++) {
      const difference = Math.abs(values[at]! - stored[at]!);
      // No number is within nothing; the same is within everything.
      if (difference === 0) continue;
      most = Math.max(most, difference / (slack * allowed(type, values[at]!, largest)));
    }
  }
  return most;
}

/** @param largest magnitude of its block */
function allowed(type: TensorType, value: number, largest: number): number {
  const [scale, steps] = type === 'Q8_0' ? [largest / 127, 127] : [largest / 8, 8];
  const ofScale = steps * (scale * halfUnit + halfSmallest);
  switch (type) {
    case 'F32':
      return 0;
    case 'F16':
      return Math.abs(value) * halfUnit + halfSmallest;
    case 'Q8_0':
      return scale / 2 + ofScale;
    case 'Q4_0':
      // Of two opposite extremes one has no number of its own.
      return scale + ofScale;
  }
}
