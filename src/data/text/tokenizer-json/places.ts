import { whiteSpace } from './unicode-tables.ts';

/** A text on its way to the model, and where its characters stood in the text that it was made of. */
export interface PlacedText {
  readonly text: string;
  /**
   * One more than there are UTF-16 units: where the text begins, then where each unit ends, in UTF-8 bytes of the first
   * text. Between what one character became there are fractions, so that no place of another tokenizer lies there.
   */
  readonly places: Float64Array;
}

/** A text as it came. */
export function placed(text: string): PlacedText {
  const places = new Float64Array(text.length + 1);
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at)!;
    if (code > 0xffff) {
      places[at + 1] = bytes + 2;
      bytes += 4;
      at += 2;
    } else {
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
      at++;
    }
    places[at] = bytes;
  }
  return { text, places };
}

/** The part from one unit to another. */
export const partOf = ({ text, places }: PlacedText, start: number, end: number): PlacedText => ({
  text: text.slice(start, end),
  places: places.subarray(start, end + 1),
});

/** Where a token ends that goes so far into a text; the bytes of one character end within it. */
export function placeAt(places: Float64Array, unit: number): number {
  const before = Math.floor(unit);
  const start = places[before]!;
  if (unit === before) return start;
  const place = start + (unit - before) * (places[before + 1]! - start);
  const whole = Math.round(place);
  return Math.abs(place - whole) < 1e-6 ? whole : place;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** White space by any reckoning, and what lies between. */
const runs = new RegExp(`[${whiteSpace}\\s]+|[^${whiteSpace}\\s]+`, 'gu');

/** Below 1, so that no boundary between the letters of a ligature is one between its bytes. */
const within = 0.99;

/** Texts with the places of their ends, put together to one. */
class Builder {
  #text = '';
  readonly #places: number[];

  constructor(start: number) {
    this.#places = [start];
  }

  /**
   * @param part what became of the units from `start` to `end` of a text; what stands around them as they were takes no
   * place of its own
   */
  add(part: string, { text, places }: PlacedText, start: number, end: number): void {
    this.#text += part;
    const [from, to] = [places[start]!, places[end]!];
    const kept = part.length === end - start ? 0 : part.indexOf(text.slice(start, end));
    const own = kept < 0 ? 0 : end - start;
    for (let unit = 1; unit <= part.length; unit++)
      if (own > 0) this.#places.push(places[start + Math.max(0, Math.min(unit - kept, own))]!);
      else if (unit < part.length) this.#places.push(from + (to - from) * (unit / part.length) * within);
      else this.#places.push(to);
  }

  done(): PlacedText {
    return { text: this.#text, places: Float64Array.from(this.#places) };
  }
}

/**
 * What a change of texts makes of one, with the places of its characters: those are found by changing it character by
 * character, where that gives the same, else by clusters of characters, else by words. What is found is held against the
 * change of the whole text, so that a place is never guessed.
 * @throws Error where the text is changed in a way that cannot be followed
 */
export function follow(change: (text: string) => string, given: PlacedText): PlacedText {
  const { text, places } = given;
  const after = change(text);
  if (after === text) return given;
  const known = new Map<string, string>();
  const changed = (part: string): string => {
    const found = known.get(part) ?? change(part);
    known.set(part, found);
    return found;
  };
  const builder = new Builder(places[0]!);
  for (const { 0: run, index } of text.matchAll(runs)) {
    const whole = changed(run);
    const ways = [() => Array.from(run), () => Array.from(graphemes.segment(run), ({ segment }) => segment)];
    const way = ways.find((cut) => cut().map(changed).join('') === whole);
    let at = index;
    for (const part of way ? way() : [run]) {
      builder.add(changed(part), given, at, at + part.length);
      at += part.length;
    }
  }
  const joined = builder.done();
  if (joined.text === after) return joined;
  // Something put before it, or its ends taken away.
  if (after.endsWith(text)) return withBefore(after.slice(0, after.length - text.length), given);
  const start = text.indexOf(after);
  if (start >= 0) return partOf(given, start, start + after.length);
  if (after.endsWith(joined.text))
    return withBefore(after.slice(0, after.length - joined.text.length), joined);
  throw new Error('it changes texts in a way in which the places of their characters cannot be followed');
}

/** With something before it that takes no place. */
export function withBefore(before: string, { text, places }: PlacedText): PlacedText {
  const moved = new Float64Array(before.length + places.length).fill(places[0]!);
  moved.set(places, before.length);
  return { text: before + text, places: moved };
}

/**
 * Each character as some others, of which the last ends where it does; where these are its bytes, they end where those
 * end in the text.
 */
export function spelledOut({ text, places }: PlacedText, spell: (character: string) => string): PlacedText {
  let spelled = '';
  const ends = [places[0]!];
  let at = 0;
  for (const character of text) {
    const letters = spell(character);
    const [from, to] = [places[at]!, places[at + character.length]!];
    const step = to - from === letters.length ? 1 : ((to - from) / letters.length) * within;
    for (let letter = 1; letter < letters.length; letter++) ends.push(from + step * letter);
    if (letters !== '') ends.push(to);
    spelled += letters;
    at += character.length;
  }
  return { text: spelled, places: Float64Array.from(ends) };
}
