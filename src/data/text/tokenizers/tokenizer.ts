import type { ChatTemplate } from '../chat/template.ts';
import type { PlacedIds } from '../tokenizer-json/encoder.ts';
import type { PairTemplate } from '../tokenizer-json/template.ts';

/** Turns texts into token ids and back. Ids are below `vocabulary`. */
export interface Tokenizer {
  readonly vocabulary: number;
  /** Every token and its id; some ids may have none. */
  readonly tokens: ReadonlyMap<string, number>;
  /** Fills short samples. */
  readonly padId: number;
  /** Ends a document; undefined where the tokenizer has no such token. */
  readonly endId: number | undefined;
  /** Special tokens before and behind a text that is to be classified. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** How two texts go together; undefined where the tokenizer has no way that is known here. */
  readonly pair?: PairTemplate;
  /** Special tokens before a document that is to be continued; behind it stands `endId`. */
  readonly begin: readonly number[];
  /** Without special tokens around the text; those that it names itself are found. */
  encode(text: string): readonly number[];
  /**
   * The ids of {@link encode}, and where in the text each token ends: in UTF-8 bytes, ascending.
   * @throws UserError where texts are changed in a way in which places cannot be followed
   */
  encodePlaced(text: string): PlacedIds;
  /** Stands for a text that has no token; undefined where every text has some. */
  readonly unknownId: number | undefined;
  /** Writes conversations; undefined where none came with the tokenizer. */
  readonly chat?: (() => ChatTemplate) | undefined;
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** tokenizer.json and tokenizer_config.json, by name, to lie beside a model's weights. */
  files(): Readonly<Record<string, string>>;
}

/** Of a long text so many characters are looked at first for each token that it may have. */
const charactersPerToken = 64;
/** The last tokens of a part may be others than in the whole text. */
const margin = 32;

/** Ids of a text to classify: special tokens around it, cut to `length` tokens in all. */
export function encodeSample(tokenizer: Tokenizer, text: string, length: number): number[] {
  const { prefix, suffix } = tokenizer;
  const room = Math.max(0, length - prefix.length - suffix.length);
  return [...prefix, ...firstIds(tokenizer, text, room), ...suffix];
}

/** Ids of two texts that go together, and where token types become 1: at the end of all where they never do. */
export interface EncodedPair {
  readonly ids: readonly number[];
  readonly second: number;
}

/**
 * Ids of two texts as the tokenizer's template puts them together. Where they are longer than `length` tokens in all, the
 * longer one is cut first, as `longest_first` of transformers does.
 */
export function encodePair(
  tokenizer: Tokenizer,
  texts: readonly [string, string],
  { before, between, behind, ofSecond }: PairTemplate,
  length: number,
): EncodedPair {
  const room = Math.max(0, length - before.length - between.length - behind.length);
  let ids = texts.map((text) => firstIds(tokenizer, text, room + 1));
  // Of two texts that both fill the room, only their whole lengths tell which is the longer one.
  if (ids.every((own) => own.length > room)) ids = texts.map((text) => tokenizer.encode(text));
  const [one, other] = ids as [readonly number[], readonly number[]];
  const [first, second] = longestFirst(one.length, other.length, room);
  const start = before.length + first + between.length;
  const whole = [...before, ...one.slice(0, first), ...between, ...other.slice(0, second), ...behind];
  return { ids: whole, second: ofSecond === undefined ? whole.length : start - ofSecond };
}

/** How many tokens stay of two texts for which there is room for so many: the longer one is cut down to the other first. */
function longestFirst(one: number, other: number, room: number): readonly [number, number] {
  if (one + other <= room) return [one, other];
  const [shorter, longer] = one > other ? [other, one] : [one, other];
  const half = Math.floor(room / 2);
  const kept = shorter <= half ? [shorter, Math.min(longer, room - shorter)] : [half, room - half];
  return one > other ? [kept[1]!, kept[0]!] : [kept[0]!, kept[1]!];
}

/** The first ids of a text, without looking at more of a very long one than they need. */
function firstIds(tokenizer: Tokenizer, text: string, count: number): readonly number[] {
  for (let size = charactersPerToken * (count + margin); ; size *= 4) {
    const part = size < text.length ? upToSpace(text, size) : text;
    const ids = tokenizer.encode(part);
    if (part === text || ids.length >= count + margin) return ids.slice(0, count);
  }
}

/** The beginning of a text up to white space behind a word; all of it where there is none. */
function upToSpace(text: string, size: number): string {
  const end = text.slice(size).search(/\S\s/u);
  return end < 0 ? text : text.slice(0, size + end + 1);
}

/** A token that stands for something else than text, as tokenizer.json lists it. */
export const specialToken = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** [CLS] text [SEP], as tokenizer.json writes it. */
export const aroundText = (before: string, beforeId: number, after: string, afterId: number) => ({
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: before, type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: after, type_id: 0 } },
  ],
  pair: [
    { SpecialToken: { id: before, type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: after, type_id: 0 } },
    { Sequence: { id: 'B', type_id: 1 } },
    { SpecialToken: { id: after, type_id: 1 } },
  ],
  special_tokens: {
    [before]: { id: before, ids: [beforeId], tokens: [before] },
    [after]: { id: after, ids: [afterId], tokens: [after] },
  },
});
