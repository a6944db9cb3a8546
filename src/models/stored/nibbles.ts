/**
 * Whole numbers of 4 bits, two to a byte, the first in the low half, each row from a byte of its own. They are stored
 * as q + 8.
 * @param values (rows, width), −8 … 7
 * @param width numbers each row is filled up to with zeros
 */
export function packNibbles(values: Int8Array, rows: number, width = values.length / rows): Uint8Array {
  const own = values.length / rows;
  const bytes = Math.ceil(width / 2);
  const packed = new Uint8Array(rows * bytes).fill(0x88);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < own; at++) {
      const nibble = (values[row * own + at]! + 8) & 0xf;
      const index = row * bytes + (at >> 1);
      packed[index] =
        at % 2 === 0 ? (packed[index]! & 0xf0) | nibble : (packed[index]! & 0x0f) | (nibble << 4);
    }
  return packed;
}

/** The inverse of {@link packNibbles}. @returns (rows, width) */
export function unpackNibbles(packed: Uint8Array, rows: number, width: number): Int8Array {
  const bytes = packed.length / rows;
  const values = new Int8Array(rows * width);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < width; at++) {
      const byte = packed[row * bytes + (at >> 1)]!;
      values[row * width + at] = (at % 2 === 0 ? byte & 0xf : byte >> 4) - 8;
    }
  return values;
}
