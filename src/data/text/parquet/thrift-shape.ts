/**
 * Walks over a structure of Thrift's compact protocol without making anything of it. The decoder of Parquet files believes
 * every length in it: a number of a million bytes takes it minutes, a list of empty structures all memory.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

const mostDepth = 32;
/** A number of 64 bits, seven to a byte. */
const longestNumber = 10;

const kind = { stop: 0, true: 1, false: 2, byte: 3, double: 7, binary: 8, list: 9, struct: 12 } as const;
const isNumber = (type: number) => type >= 4 && type <= 6;

/**
 * @param start where a structure begins
 * @param mostValues so many fields and elements it may have in all
 * @returns where it ends
 * @throws Error if it is none, is cut off or goes beyond its bounds
 */
export function structureEnd(bytes: Uint8Array, start: number, mostValues: number): number {
  let at = start;
  let values = 0;

  const next = (): number => {
    if (at >= bytes.length) throw new Error('a header is cut off');
    return bytes[at++]!;
  };
  const number = (): number => {
    let result = 0;
    for (let place = 0; place < longestNumber; place++) {
      const byte = next();
      result += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return result;
    }
    throw new Error('a header has a number of more than 64 bits');
  };
  const skip = (length: number): void => {
    if (length > bytes.length - at) throw new Error('a header claims more bytes than there are');
    at += length;
  };
  const value = (type: number, depth: number): void => {
    if (++values > mostValues) throw new Error(`a header has more than ${mostValues} values`);
    if (type === kind.byte) skip(1);
    else if (isNumber(type)) number();
    else if (type === kind.double) skip(8);
    else if (type === kind.binary) skip(number());
    else if (type === kind.list) list(depth + 1);
    else if (type === kind.struct) struct(depth + 1);
    else if (type !== kind.true && type !== kind.false)
      throw new Error(`a header has a value of type ${type}`);
  };
  const list = (depth: number): void => {
    const head = next();
    const type = head & 0x0f;
    const length = head >> 4 === 15 ? number() : head >> 4;
    // Each takes a byte at least; those of truth values too.
    if (length > bytes.length - at) throw new Error('a header claims a longer list than there are bytes');
    for (let index = 0; index < length; index++)
      value(type === kind.true || type === kind.false ? kind.byte : type, depth);
  };
  const struct = (depth: number): void => {
    if (depth > mostDepth) throw new Error(`a header nests more than ${mostDepth} deep`);
    for (let head = next(); (head & 0x0f) !== kind.stop; head = next()) {
      // The number of the field, unless it follows from the one before.
      if (head >> 4 === 0) number();
      value(head & 0x0f, depth);
    }
  };
  struct(0);
  return at;
}
