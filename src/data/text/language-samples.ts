import type { TextAmount } from '../dataset.ts';
import { PlacedReader, type PlacedTokens, PlainReader } from './across/placed-reader.ts';
import { ofPrompts, PromptTally } from './prompt-tally.ts';
import type { Piece } from './rows/documents.ts';
import { TokenStore } from './token-store.ts';
import type { Tokenizer } from './tokenizers/tokenizer.ts';

export interface LanguageSamples {
  readonly tokens: TokenStore;
  readonly prompts: PromptTally;
  /** Of what is learned, where that is not all of the text. */
  readonly amount?: TextAmount;
}

/** Is told where each sample begins in all of the text, and where its tokens end; see PlacedReader. */
export type OnPlaces = (start: number, ends: readonly number[]) => void;

export type MakeSamples = (
  pieces: AsyncIterable<Piece>,
  tokenizer: Tokenizer,
  length: number,
  onPlaces?: OnPlaces,
) => Promise<LanguageSamples>;

/** Samples as they are filled. */
class Samples implements LanguageSamples {
  readonly tokens: TokenStore;
  readonly prompts = new PromptTally(ofPrompts);
  readonly reader: PlacedReader | PlainReader;
  readonly #onPlaces: OnPlaces | undefined;

  constructor(tokenizer: Tokenizer, onPlaces: OnPlaces | undefined) {
    this.tokens = new TokenStore(tokenizer.vocabulary);
    this.reader = onPlaces ? new PlacedReader(tokenizer) : new PlainReader(tokenizer);
    this.#onPlaces = onPlaces;
  }

  /** @param start where the first token begins */
  add({ ids, ends }: PlacedTokens, start: number, ignored = 0): void {
    this.tokens.add(ids, ignored);
    this.#onPlaces?.(start, ends);
  }
}

/** Where a token ends, whatever it is. */
const placeOf = (end: number | undefined): number => Math.abs(end ?? 0);

const part = (
  { ids, ends }: PlacedTokens,
  start: number,
  end?: number,
): { ids: number[]; ends: number[] } => ({
  ids: ids.slice(start, end),
  ends: ends.slice(start, end),
});

/**
 * Documents one after the other, each between the tokens that begin and end one, cut into samples of exactly `length`
 * tokens.
 */
export const packedSamples: MakeSamples = async (pieces, tokenizer, length, onPlaces) => {
  const samples = new Samples(tokenizer, onPlaces);
  const { reader } = samples;
  let sample: { ids: number[]; ends: number[] } = { ids: [], ends: [] };
  let start = 0;
  const push = ({ ids, ends }: PlacedTokens) => {
    for (const [at, id] of ids.entries()) {
      sample.ids.push(id);
      if (onPlaces) sample.ends.push(ends[at]!);
      if (sample.ids.length < length) continue;
      samples.add(sample, start);
      start = placeOf(sample.ends.at(-1));
      sample = { ids: [], ends: [] };
    }
  };
  let begun = false;
  for await (const { text, first } of pieces) {
    if (first) {
      if (begun) push(reader.end());
      push(reader.begin());
    }
    begun = true;
    push(reader.text(text));
  }
  if (begun) push(reader.end());
  // One token alone predicts nothing.
  if (sample.ids.length > 1) samples.add(sample, start);
  return samples;
};

/**
 * Samples that lie within one document, which an end token closes. A document longer than `length` makes several, but
 * not one with a prompt: without it, the rest would be learned as if nobody had asked. So it is cut off, and left out
 * where the prompt alone fills the sample.
 */
export const documentSamples: MakeSamples = async (pieces, tokenizer, length, onPlaces) => {
  const samples = new Samples(tokenizer, onPlaces);
  const { reader, prompts } = samples;
  let document: { ids: number[]; ends: number[] } = { ids: [], ends: [] };
  /** Where the tokens that are left of it begin. */
  let start = 0;
  let promptLength = 0;
  /** Whether nothing but the tokens that begin a document has come of it. */
  let bare = true;
  const push = ({ ids, ends }: PlacedTokens) => {
    for (const [at, id] of ids.entries()) {
      document.ids.push(id);
      if (onPlaces) document.ends.push(ends[at]!);
    }
  };
  const clear = () => {
    document = { ids: [], ends: [] };
  };
  const closePrompted = () => {
    prompts.texts++;
    if (promptLength >= length) prompts.leftOut++;
    else {
      if (document.ids.length > length) prompts.cutOff++;
      samples.add(part(document, 0, length), start, promptLength);
    }
  };
  const flush = (ended: boolean) => {
    if (ended && bare) clear();
    if (ended && document.ids.length > 0) push(reader.end());
    if (promptLength > 0) {
      if (!ended) return;
      // Without a text or an end there is nothing to learn.
      if (document.ids.length > promptLength) closePrompted();
      clear();
      promptLength = 0;
      return;
    }
    const count = document.ids.length;
    let at = 0;
    // Before the end of a document only whole samples leave, so that none is torn between pieces.
    for (; count - at >= (ended ? 2 : length); at += length) {
      const sample = part(document, at, at + length);
      if (sample.ids.length > 1) samples.add(sample, start);
      start = placeOf(sample.ends.at(-1));
    }
    document = ended ? { ids: [], ends: [] } : part(document, at);
  };
  for await (const { text, first, prompt } of pieces) {
    if (first) {
      flush(true);
      push(reader.begin());
      start = reader.documentStart;
      bare = true;
    }
    if (prompt !== undefined) {
      push(reader.text(prompt));
      promptLength = document.ids.length;
    }
    push(reader.text(text));
    bare &&= document.ids.length <= tokenizer.begin.length;
    flush(false);
  }
  flush(true);
  return samples;
};
