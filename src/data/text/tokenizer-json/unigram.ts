import { z } from 'zod';
import { bytesEnd, byteTokens } from './byte-pairs.ts';
import { isScored, type ModelPart } from './definition.ts';
import type { PieceTokens, Tokenize } from './models.ts';

const schema = z.looseObject({
  unk_id: z.int().min(0).nullish(),
  byte_fallback: z.boolean().default(false),
});

/** What an unknown character costs beyond the least likely token. */
const unknownPenalty = 10;

/** Marks what only goes on to tokens. */
const prefixOnly = -1;

/** The most probable way to write a piece as tokens (Kudo 2018). */
export function unigram(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  const { unk_id, byte_fallback } = schema.parse(part);
  if (!isScored(part.vocab)) throw new Error('Its pieces have no scores');
  const scores = Float64Array.from(part.vocab, ([, score]) => score);
  const unknownScore =
    scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - unknownPenalty;
  const beginnings = withPrefixes(tokens);

  return (piece) => {
    const size = piece.length;
    const best = new Float64Array(size + 1);
    const from = new Int32Array(size + 1).fill(-1);
    const unknown = new Uint8Array(size + 1);
    const reach = (start: number, end: number, score: number, isUnknown: boolean) => {
      if (from[end]! >= 0 && score <= best[end]!) return;
      best[end] = score;
      from[end] = start;
      unknown[end] = isUnknown ? 1 : 0;
    };
    for (let start = 0; start < size; ) {
      const step = piece.codePointAt(start)! > 0xffff ? 2 : 1;
      let single = false;
      for (let end = start + step; end <= size; end += piece.codePointAt(end)! > 0xffff ? 2 : 1) {
        const id = beginnings.get(piece.slice(start, end));
        if (id === undefined) break;
        if (id !== prefixOnly) {
          reach(start, end, best[start]! + scores[id]!, id === unk_id);
          if (end === start + step) single = true;
        }
        if (end === size) break;
      }
      if (!single) reach(start, start + step, best[start]! + unknownScore, true);
      start += step;
    }
    return idsOf(piece, from, unknown);
  };

  /** Follows the best path back; neighbors that are unknown are one token. */
  function idsOf(piece: string, from: Int32Array, unknown: Uint8Array): PieceTokens {
    const parts: string[] = [];
    for (let end = piece.length; end > 0; ) {
      let start = from[end]!;
      if (unknown[end] && unk_id != null) while (start > 0 && unknown[start]) start = from[start]!;
      parts.push(piece.slice(start, end));
      end = start;
    }
    const ids: number[] = [];
    const ends: number[] = [];
    let start = 0;
    for (const part of parts.reverse()) {
      const end = start + part.length;
      const id = tokens.get(part);
      const fallback = id === undefined && byte_fallback ? byteTokens(part, tokens) : undefined;
      if (fallback) {
        ids.push(...fallback);
        // Neighbors that are unknown are one part: their bytes end where those of their characters do.
        const places = byteEnds(part, start);
        ends.push(
          ...(places.length === fallback.length
            ? places
            : fallback.map((_, at) => bytesEnd(start, end, fallback.length, fallback.length - at))),
        );
      } else if (id === undefined && unk_id == null)
        throw new Error('it has no token for what is unknown, and a text holds such');
      else {
        ids.push(id ?? unk_id!);
        ends.push(end);
      }
      start = end;
    }
    return { ids, ends };
  }
}

/** Where each byte of a text ends, in UTF-16 units. */
function byteEnds(text: string, start: number): number[] {
  const ends: number[] = [];
  let at = start;
  for (const character of text) {
    const end = at + character.length;
    const bytes = Buffer.byteLength(character);
    for (let left = bytes; left > 0; left--) ends.push(bytesEnd(at, end, bytes, left));
    at = end;
  }
  return ends;
}

/** The tokens, and all that they begin with. */
function withPrefixes(tokens: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const beginnings = new Map<string, number>();
  for (const [token, id] of tokens) {
    beginnings.set(token, id);
    let end = 0;
    for (const character of token) {
      end += character.length;
      const prefix = token.slice(0, end);
      if (!beginnings.has(prefix)) beginnings.set(prefix, prefixOnly);
    }
  }
  return beginnings;
}
