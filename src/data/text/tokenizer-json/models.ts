import { z } from 'zod';
import { bytePairs } from './byte-pairs.ts';
import { isScored, type ModelPart, modelTokens } from './definition.ts';
import { unigram } from './unigram.ts';

/** Ids of a piece of text. */
export type Tokenize = (piece: string) => readonly number[];

export interface Vocabulary {
  /** Of the model alone. */
  readonly tokens: ReadonlyMap<string, number>;
}

const wordsSchema = z.looseObject({ unk_token: z.string().nullish() });

/** Each piece is a token, or unknown. */
function wordLevel(part: ModelPart, tokens: ReadonlyMap<string, number>): Tokenize {
  const unknown = unknownId(wordsSchema.parse(part).unk_token, tokens);
  return (piece) => [tokens.get(piece) ?? unknown()];
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
    if (ends.length - 1 > options.max_input_chars_per_word) return [unknown()];
    const ids: number[] = [];
    for (let start = 0; start < ends.length - 1; ) {
      const prefix = start === 0 ? '' : options.continuing_subword_prefix;
      let end = ends.length - 1;
      let id: number | undefined;
      for (; end > start; end--) {
        if (ends[end]! - ends[start]! > longest) continue;
        id = tokens.get(prefix + piece.slice(ends[start], ends[end]));
        if (id !== undefined) break;
      }
      if (id === undefined) return [unknown()];
      ids.push(id);
      start = end;
    }
    return ids;
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
  switch (modelType(part)) {
    case 'WordLevel':
      return { tokens, tokenize: wordLevel(part, tokens) };
    case 'WordPiece':
      return { tokens, tokenize: wordPiece(part, tokens) };
    case 'BPE':
      return { tokens, tokenize: bytePairs(part, tokens) };
    case 'Unigram':
      return { tokens, tokenize: unigram(part, tokens) };
    default:
      throw new Error(`Unknown model type: ${part.type}`);
  }
}

/** What kind a model is. */
export const modelType = (part: ModelPart): string => part.type ?? guessedType(part);

/** Early files do not say what they hold. */
function guessedType(part: ModelPart): string {
  if (isScored(part.vocab)) return 'Unigram';
  if ('merges' in part) return 'BPE';
  return 'continuing_subword_prefix' in part ? 'WordPiece' : 'WordLevel';
}
