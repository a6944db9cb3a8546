import { z } from 'zod';
import { bytePairs } from './byte-pairs.ts';
import { isScored, type ModelPart, modelTokens } from './definition.ts';
import { unigram } from './unigram.ts';

/** What a piece of text becomes. */
export interface PieceTokens {
  readonly ids: readonly number[];
  /** Where each token ends in the piece, in UTF-16 units; bytes of one character end within it. */
  readonly ends: readonly number[];
}

export type Tokenize = (piece: string) => PieceTokens;

export interface Vocabulary {
  /** Of the model alone. */
  readonly tokens: ReadonlyMap<string, number>;
  /** What stands for a text that it has no token for. */
  readonly unknown?: number;
}

const wordsSchema = z.looseObject({ unk_token: z.string().nullish() });

/** Each piece is a token, or unknown. */
function wordLevel(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  const unknown = unknownId(wordsSchema.parse(part).unk_token, tokens);
  return (piece) => ({ ids: [tokens.get(piece) ?? unknown()], ends: [piece.length] });
}

const wordPieceSchema = z.looseObject({
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.int().min(1).default(100),
});

/** The longest token a piece begins with, then the longest that goes on, and so on (Schuster & Nakajima 2012). */
function wordPiece(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  const options = wordPieceSchema.parse(part);
  const unknown = unknownId(options.unk_token, tokens);
  let longest = 0;
  for (const token of tokens.keys()) longest = Math.max(longest, token.length);
  return (piece) => {
    const ends = [0];
    for (const character of piece) ends.push(ends.at(-1)! + character.length);
    const none = (): PieceTokens => ({ ids: [unknown()], ends: [piece.length] });
    if (ends.length - 1 > options.max_input_chars_per_word) return none();
    const ids: number[] = [];
    const places: number[] = [];
    for (let start = 0; start < ends.length - 1; ) {
      const prefix = start === 0 ? '' : options.continuing_subword_prefix;
      let end = ends.length - 1;
      let id: number | undefined;
      for (; end > start; end--) {
        if (ends[end]! - ends[start]! > longest) continue;
        id = tokens.get(prefix + piece.slice(ends[start], ends[end]));
        if (id !== undefined) break;
      }
      if (id === undefined) return none();
      ids.push(id);
      places.push(ends[end]!);
      start = end;
    }
    return { ids, ends: places };
  };
}

/** @returns the id that stands for what is not known; throws where there is none, as Python's library does. */
export function unknownId(
  token: string | null | undefined,
  tokens: ReadonlyMap<string, number>,
): () => number {
  const id = typeof token === 'string' ? tokens.get(token) : undefined;
  return () => {
    if (id === undefined) throw new Error('it has no token for what is unknown, and a text holds such');
    return id;
  };
}

/**
 * What makes ids of the pieces of a text.
 * @throws Error if it is of a kind that is not known here
 */
export function tokenizerModel(part: ModelPart): Vocabulary & { readonly tokenize: Tokenize } {
  const tokens = modelTokens(part);
  return { tokens, unknown: unknownOf(part, tokens), tokenize: tokenizeBy(part, tokens) };
}

function tokenizeBy(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  switch (modelType(part)) {
    case 'WordLevel':
      return wordLevel(part, tokens);
    case 'WordPiece':
      return wordPiece(part, tokens);
    case 'BPE':
      return bytePairs(part, tokens);
    case 'Unigram':
      return unigram(part, tokens);
    default:
      throw new Error(`Unknown model type: ${part.type}`);
  }
}

const unknownSchema = z.looseObject({ unk_id: z.int().nullish(), unk_token: z.string().nullish() });

function unknownOf(part: ModelPart, tokens: ReadonlyMap<string, number>): number | undefined {
  const { unk_id, unk_token } = unknownSchema.parse(part);
  if (modelType(part) === 'Unigram') return unk_id ?? undefined;
  const otherwise = modelType(part) === 'WordPiece' ? '[UNK]' : undefined;
  const token = unk_token ?? otherwise;
  return token === undefined ? undefined : tokens.get(token);
}

/** What kind a model is. */
export const modelType = (part: ModelPart): string => part.type ?? guessedType(part);

/** Early files do not say what they hold. */
function guessedType(part: ModelPart): string {
  if (isScored(part.vocab)) return 'Unigram';
  if ('merges' in part) return 'BPE';
  return 'continuing_subword_prefix' in part ? 'WordPiece' : 'WordLevel';
}
