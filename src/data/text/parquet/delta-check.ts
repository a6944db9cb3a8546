import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';

/** Bytes of all values of a page once what they share with the ones before is written out. */
const mostBytes = 512 << 20;
/** Bytes, with those of a block of packed differences before it. */
const longestNumber = 32 << 10;

/**
 * Looks at values that are written as differences, or as what they share with the one before.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/
 * @param most values that the page claims
 * @throws Error if their lengths cannot be
 */
export function checkDelta(bytes: Uint8Array, encoding: string, type: string, most: number): void {
  if (encoding === 'DELTA_BINARY_PACKED') {
    if (type !== 'INT32') checkNumbers(bytes);
    return;
  }
  if (encoding !== 'DELTA_BYTE_ARRAY' || most === 0) return;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const [shared, own] = [new Int32Array(most), new Int32Array(most)];
  deltaBinaryUnpack(reader, most, shared);
  deltaBinaryUnpack(reader, most, own);
  let before = 0;
  let total = 0;
  for (let index = 0; index < most; index++) {
    if (shared[index]! < 0 || own[index]! < 0 || shared[index]! > before)
      throw new Error(`a value shares ${shared[index]} bytes with one of ${before}`);
    before = shared[index]! + own[index]!;
    total += before;
    if (total > mostBytes) throw new Error(`the values of a page unpack to more than ${mostBytes} bytes`);
  }
}

/**
 * No number goes on for longer than 64 bits take: the decoder would make one of a million bits of it, in hours. Packed
 * differences look like a part of one where their bytes have the highest bit, but of each block the least is zero.
 */
function checkNumbers(bytes: Uint8Array): void {
  let length = 0;
  for (const byte of bytes) {
    length = byte >= 0x80 ? length + 1 : 0;
    if (length > longestNumber) throw new Error('a number of it has no end');
  }
}
