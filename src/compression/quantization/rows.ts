import type { QuantizedGroups, QuantizedRows } from '../../models/stored/dequantize.ts';

/**
 * Weights as whole numbers and scales, w ≈ s·q, symmetric about zero so that no offset is needed (Jacob et al. 2018;
 * Nagel et al. 2021). Matrices are row by row, a row for each output.
 */

/** Half goes to the even neighbour, as in ONNX, PyTorch and NumPy, so that rounding does not drift upwards. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** s = max|w| / largest; 1 where all weights are zero. Rounded to float32 before anything is divided by it. */
export function symmetricScale(weights: Float32Array, largest: number): number {
  let magnitude = 0;
  for (const weight of weights) magnitude = Math.max(magnitude, Math.abs(weight));
  const scale = Math.fround(magnitude / largest);
  return scale > 0 ? scale : 1;
}

/** q = round(w / s), at most ±largest. */
export function quantizeInto(
  weights: Float32Array,
  scale: number,
  largest: number,
  target: Int8Array,
  at: number,
): void {
  for (let index = 0; index < weights.length; index++) {
    const quotient = roundHalfToEven(Math.fround(weights[index]! / scale));
    target[at + index] = Math.max(-largest, Math.min(largest, quotient));
  }
}

/** 8 bits: one scale per row. @param weights (rows, width) */
export function quantizeRows(weights: Float32Array, rows: number): QuantizedRows {
  const width = weights.length / rows;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const slice = weights.subarray(row * width, (row + 1) * width);
    scales[row] = symmetricScale(slice, 127);
    quantizeInto(slice, scales[row]!, 127, values, row * width);
  }
  return { values, scales };
}

/** 4 bits: one scale per group of a row; the last group may be shorter. @param weights (rows, width) */
export function quantizeGroups(weights: Float32Array, rows: number, groupSize: number): QuantizedGroups {
  const width = weights.length / rows;
  const groups = Math.ceil(width / groupSize);
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++)
    for (let group = 0; group < groups; group++) {
      const from = row * width + group * groupSize;
      const slice = weights.subarray(from, Math.min(from + groupSize, (row + 1) * width));
      const scale = symmetricScale(slice, 7);
      scales[row * groups + group] = scale;
      quantizeInto(slice, scale, 7, values, from);
    }
  return { values, scales, groupSize };
}
