/** Whole numbers of 8 bits with one scale per row: w ≈ s·q. Matrices are row by row, a row for each output. */
export interface QuantizedRows {
  /** (rows, width), −127 … 127. */
  readonly values: Int8Array;
  /** One per row, positive. */
  readonly scales: Float32Array;
}

/** Whole numbers of 4 bits with one scale per group of a row. */
export interface QuantizedGroups {
  /** (rows, width), −7 … 7, one number a byte. */
  readonly values: Int8Array;
  /** (rows, ⌈width / groupSize⌉), positive. */
  readonly scales: Float32Array;
  readonly groupSize: number;
}

/** s·q, (rows, width). */
export function dequantizeRows({ values, scales }: QuantizedRows): Float32Array {
  const width = values.length / scales.length;
  return Float32Array.from(values, (value, at) => value * scales[Math.floor(at / width)]!);
}

/** s·q, (rows, width). */
export function dequantizeGroups({ values, scales, groupSize }: QuantizedGroups, rows: number): Float32Array {
  const width = values.length / rows;
  const groups = scales.length / rows;
  return Float32Array.from(values, (value, at) => {
    const row = Math.floor(at / width);
    return value * scales[row * groups + Math.floor((at % width) / groupSize)]!;
  });
}
