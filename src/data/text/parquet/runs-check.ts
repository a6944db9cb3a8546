/** Packed values come by eights, and a writer may fill up more. */
const slack = 64;

/**
 * Walks over numbers that are written as runs of one value and as packed bits: RLE and bit packing hybrid,
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/.
 * @param at where the first run begins
 * @param width bits of a number
 * @param most numbers that there are; packed ones are filled up to the next eight
 * @throws Error if a run is longer than what is left
 */
export function checkRuns(
  bytes: Uint8Array,
  at: number,
  { width, most }: { readonly width: number; readonly most: number },
): void {
  const valueBytes = (width + 7) >> 3;
  let place = at;
  for (let seen = 0; seen < most && place < bytes.length; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[place++];
      if (byte === undefined) return;
      if (shift > 28) throw new Error('a run has a length of more than 32 bits');
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const packed = header % 2 === 1;
    const count = packed ? Math.floor(header / 2) * 8 : Math.floor(header / 2);
    const left = most - seen;
    if (count > left + slack) throw new Error(`a run claims ${count} values, and ${left} are left`);
    place += packed ? (count * width) / 8 : valueBytes;
    seen += count;
  }
}
