import { sameAmong } from './duplicates.ts';

/** Images as they lie in a file: unsigned bytes, (count, height, width, channels). */
export interface LabelledImages {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array | Int32Array;
}

/** Which images are the same, by those of the first source, then by those of the next. */
export function sameImages(
  image: readonly [number, number, number],
  ...sources: readonly LabelledImages[]
): Int32Array {
  const size = image.reduce((product, side) => product * side, 1);
  return sameAmong(
    sources.map(({ pixels, labels }) => ({
      count: labels.length,
      bytesOf: (sample) => pixels.subarray(sample * size, (sample + 1) * size),
    })),
  );
}
