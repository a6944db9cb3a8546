import type { GgufPlace } from '../../models/gguf/form.ts';
import { transposed } from '../../models/stored/transposed.ts';

/** Numbers with their axes, the last one contiguous. */
export interface Arranged {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A weight as llama.cpp wants it. */
export function arranged(
  { shape, data }: Arranged,
  { transposed: turned, interleaved }: GgufPlace,
): Arranged {
  if (turned) {
    const [rows, columns] = shape as [number, number];
    return { shape: [columns, rows], data: transposed(data, rows, columns) };
  }
  return { shape, data: interleaved === undefined ? data : interleave(data, shape[0]!, interleaved) };
}

/** The inverse of {@link arranged}. @param shape that the model has it in */
export function rearranged(
  data: Float32Array,
  shape: readonly number[],
  { transposed: turned, interleaved }: GgufPlace,
): Float32Array {
  if (turned) {
    const [rows, columns] = shape as [number, number];
    return transposed(data, columns, rows);
  }
  return interleaved === undefined ? data : interleave(data, shape[0]!, interleaved, true);
}

/** Of each head: row 0 of its first half, row 0 of its second, row 1 of its first, and so on; or back. */
function interleave(data: Float32Array, rows: number, heads: number, back = false): Float32Array {
  const width = data.length / rows;
  const half = rows / heads / 2;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const within = row % (2 * half);
    const other = row - within + 2 * (within % half) + Math.floor(within / half);
    const [from, to] = back ? [other, row] : [row, other];
    result.set(data.subarray(from * width, (from + 1) * width), to * width);
  }
  return result;
}
