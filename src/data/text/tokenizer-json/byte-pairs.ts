import { z } from 'zod';
import type { ModelPart } from './definition.ts';
import type { PieceTokens, Tokenize } from './models.ts';

const schema = z.looseObject({
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
  merges: z.custom<readonly (string | readonly [string, string])[]>(
    (value) =>
      Array.isArray(value) &&
      value.every((one) => typeof one === 'string' || (Array.isArray(one) && one.length === 2)),
    'no list of pairs',
  ),
});

/** So many pieces are kept with their ids; texts repeat their words. */
const mostKept = 20_000;
const longestKept = 256;

/** Above it pairs of ids could not be told apart as one number. */
const pairBase = 2 ** 24;

/** Byte-pair encoding (Sennrich et al. 2016): neighbors are joined in the order in which the merges were learned. */
export function bytePairs(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  const options = schema.parse(part);
  const prefix = options.continuing_subword_prefix ?? '';
  const suffix = options.end_of_word_suffix ?? '';
  const merges = new Map<number, Merge>();
  for (const [rank, merge] of options.merges.entries()) {
    const [left, right] = mergeOf(merge);
    const [one, other] = [tokens.get(left), tokens.get(right)];
    const whole = tokens.get(left + (right.startsWith(prefix) ? right.slice(prefix.length) : right));
    if (one === undefined || other === undefined || whole === undefined)
      throw new Error(`Its merge "${left} ${right}" joins what are no tokens`);
    // Of a pair that is listed twice, the last counts.
    merges.set(one * pairBase + other, { rank, id: whole });
  }
  const unknown = options.unk_token == null ? undefined : tokens.get(options.unk_token);
  const kept = new Map<string, PieceTokens>();

  const symbols = (piece: string): { ids: number[]; ends: number[] } => {
    const ids: number[] = [];
    const ends: number[] = [];
    let unknownBefore = false;
    let place = 0;
    for (const character of piece) {
      const name =
        (place > 0 ? prefix : '') + character + (place + character.length === piece.length ? suffix : '');
      const start = place;
      place += character.length;
      const id = tokens.get(name);
      const fallback = id === undefined && options.byte_fallback ? byteTokens(name, tokens) : undefined;
      if (id !== undefined) ids.push(id);
      else if (fallback) ids.push(...fallback);
      else if (unknown !== undefined && !(options.fuse_unk && unknownBefore)) ids.push(unknown);
      else if (unknown !== undefined) ends.pop();
      for (let left = ids.length - ends.length; left > 0; left--)
        ends.push(left === 1 ? place : bytesEnd(start, place, fallback!.length, left));
      unknownBefore = id === undefined && fallback === undefined;
    }
    return { ids, ends };
  };
  return (piece) => {
    if (piece === '') return { ids: [], ends: [] };
    const found = kept.get(piece);
    if (found) return found;
    const known = options.ignore_merges ? tokens.get(piece) : undefined;
    const made = known === undefined ? merge(symbols(piece), merges) : { ids: [known], ends: [piece.length] };
    if (piece.length <= longestKept) {
      if (kept.size >= mostKept) kept.clear();
      kept.set(piece, made);
    }
    return made;
  };
}

/** The two tokens that a merge joins. */
export const mergeOf = (merge: string | readonly [string, string]): readonly [string, string] =>
  typeof merge === 'string' ? split(merge) : merge;

function split(merge: string): [string, string] {
  const space = merge.indexOf(' ');
  return space < 0 ? [merge, ''] : [merge.slice(0, space), merge.slice(space + 1)];
}

/** A character that is no token as its bytes, where each of them is. */
export function byteTokens(character: string, tokens: ReadonlyMap<string, number>): number[] | undefined {
  const ids: number[] = [];
  for (const byte of encoder.encode(character)) {
    const id = tokens.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

/** Where a byte of a character ends that has so many, of which so many are left, itself counted. */
export const bytesEnd = (start: number, end: number, bytes: number, left: number): number =>
  end - ((left - 1) * (end - start)) / bytes;

const encoder = new TextEncoder();

interface Merge {
  readonly rank: number;
  /** What the two become. */
  readonly id: number;
}

/** Pairs that can be joined, lowest rank first, of equal ones the leftmost: a heap of numbers in two arrays. */
class Pairs {
  readonly #ranks: number[] = [];
  readonly #places: number[] = [];

  get size(): number {
    return this.#ranks.length;
  }

  push(rank: number, place: number): void {
    let at = this.#ranks.length;
    this.#ranks.push(rank);
    this.#places.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { rank: number; place: number } {
    const rank = this.#ranks[0]!;
    const place = this.#places[0]!;
    const last = this.#ranks.length - 1;
    this.#swap(0, last);
    this.#ranks.pop();
    this.#places.pop();
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < last && this.#before(child, least)) least = child;
      if (least === at) return { rank, place };
      this.#swap(at, least);
      at = least;
    }
  }

  #before(one: number, other: number): boolean {
    const difference = this.#ranks[one]! - this.#ranks[other]!;
    return difference < 0 || (difference === 0 && this.#places[one]! < this.#places[other]!);
  }

  #swap(one: number, other: number): void {
    [this.#ranks[one], this.#ranks[other]] = [this.#ranks[other]!, this.#ranks[one]!];
    [this.#places[one], this.#places[other]] = [this.#places[other]!, this.#places[one]!];
  }
}

/** Joins neighbors until no merge is left; a piece of n symbols takes n log n steps. */
function merge(made: { ids: number[]; ends: number[] }, merges: ReadonlyMap<number, Merge>): PieceTokens {
  const { ids, ends } = made;
  const count = ids.length;
  if (count < 2) return made;
  const next = Int32Array.from({ length: count }, (_, place) => (place + 1 < count ? place + 1 : -1));
  const previous = Int32Array.from({ length: count }, (_, place) => place - 1);
  const gone = new Uint8Array(count);
  const pairs = new Pairs();
  const mergeAt = (place: number) => merges.get(ids[place]! * pairBase + ids[next[place]!]!);
  const consider = (place: number) => {
    if (place < 0 || next[place]! < 0) return;
    const found = mergeAt(place);
    if (found) pairs.push(found.rank, place);
  };
  for (let place = 0; place + 1 < count; place++) consider(place);
  while (pairs.size > 0) {
    const { rank, place } = pairs.pop();
    if (gone[place] || next[place]! < 0) continue;
    const found = mergeAt(place);
    if (found?.rank !== rank) continue;
    const right = next[place]!;
    ids[place] = found.id;
    ends[place] = ends[right]!;
    gone[right] = 1;
    next[place] = next[right]!;
    if (next[right]! >= 0) previous[next[right]!] = place;
    consider(previous[place]!);
    consider(place);
  }
  const stays = (_: number, place: number) => !gone[place];
  return { ids: ids.filter(stays), ends: ends.filter(stays) };
}
