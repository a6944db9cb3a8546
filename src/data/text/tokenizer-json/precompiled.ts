/**
 * The rules by which SentencePiece replaces characters, as a double array of them (Darts) and the replacements.
 * @param charsmap base64: the size of the array in bytes as a whole number of 32 bits, the array, the replacements, each
 * ended by a zero byte
 */
export function precompiled(charsmap: string): (text: string) => string {
  const bytes = Buffer.from(charsmap, 'base64');
  if (bytes.length < 4) return (text) => text;
  const size = bytes.readUInt32LE(0);
  if (size % 4 !== 0 || size + 4 > bytes.length) throw new Error('The rules of its normalizer are cut off');
  const units = Uint32Array.from({ length: size / 4 }, (_, index) => bytes.readUInt32LE(4 + 4 * index));
  const replacements = bytes.subarray(4 + size);

  const replacementAt = (start: number): string => {
    const end = replacements.indexOf(0, start);
    return replacements.toString('utf8', start, end < 0 ? undefined : end);
  };
  const known = new Map<string, string | undefined>();
  /** What the shortest rule that some text begins with makes of it. */
  const search = (chunk: string): string | undefined => {
    let place = offsetOf(units[0] ?? 0);
    for (const byte of encoder.encode(chunk)) {
      if (byte === 0) return undefined;
      place ^= byte;
      const unit = units[place] ?? 0;
      if ((unit & 0x8000_00ff) >>> 0 !== byte) return undefined;
      place ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) return replacementAt((units[place] ?? 0) & 0x7fff_ffff);
    }
    return undefined;
  };
  const replacement = (chunk: string): string | undefined => {
    if (known.has(chunk)) return known.get(chunk);
    const found = search(chunk);
    if (known.size > 10_000) known.clear();
    known.set(chunk, found);
    return found;
  };
  return (text) => {
    let result = '';
    for (const { segment } of graphemes.segment(text)) {
      // As the library does: a short cluster of characters is replaced as a whole.
      const whole = encoder.encode(segment).length < 6 ? replacement(segment) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += replacement(character) ?? character;
    }
    return result;
  };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();

/** Where the children of a unit lie. */
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
