import { PromptTally } from './prompt-tally.ts';
import type { Piece } from './rows/documents.ts';
import { TokenStore } from './token-store.ts';
import type { Tokenizer } from './tokenizers/tokenizer.ts';

export interface LanguageSamples {
  readonly tokens: TokenStore;
  readonly prompts: PromptTally;
}

/**
 * Documents one after the other, each between the tokens that begin and end one, cut into samples of exactly `length`
 * tokens.
 */
export async function packedSamples(
  pieces: AsyncIterable<Piece>,
  tokenizer: Tokenizer,
  length: number,
): Promise<LanguageSamples> {
  const store = new TokenStore(tokenizer.vocabulary);
  let sample: number[] = [];
  const push = (id: number) => {
    sample.push(id);
    if (sample.length < length) return;
    store.add(sample);
    sample = [];
  };
  let begun = false;
  const end = () => {
    if (begun && tokenizer.endId !== undefined) push(tokenizer.endId);
  };
  for await (const { text, first } of pieces) {
    if (first) {
      end();
      for (const id of tokenizer.begin) push(id);
    }
    begun = true;
    for (const id of tokenizer.encode(text)) push(id);
  }
  end();
  // One token alone predicts nothing.
  if (sample.length > 1) store.add(sample);
  return { tokens: store, prompts: new PromptTally() };
}

/**
 * Samples that lie within one document, which an end token closes. A document longer than `length` makes several, but
 * not one with a prompt: without it, the rest would be learned as if nobody had asked. So it is cut off, and left out
 * where the prompt alone fills the sample.
 */
export async function documentSamples(
  pieces: AsyncIterable<Piece>,
  tokenizer: Tokenizer,
  length: number,
): Promise<LanguageSamples> {
  const store = new TokenStore(tokenizer.vocabulary);
  const prompts = new PromptTally();
  let document: number[] = [];
  let promptLength = 0;
  /** Whether nothing but the tokens that begin a document has come of it. */
  let bare = true;
  const closePrompted = () => {
    prompts.texts++;
    if (promptLength >= length) prompts.leftOut++;
    else {
      if (document.length > length) prompts.cutOff++;
      store.add(document.slice(0, length), promptLength);
    }
  };
  const flush = (ended: boolean) => {
    if (ended && bare) document = [];
    if (ended && document.length > 0 && tokenizer.endId !== undefined) document.push(tokenizer.endId);
    if (promptLength > 0) {
      if (!ended) return;
      // Without a text or an end there is nothing to learn.
      if (document.length > promptLength) closePrompted();
      document = [];
      promptLength = 0;
      return;
    }
    let start = 0;
    // Before the end of a document only whole samples leave, so that none is torn between pieces.
    for (; document.length - start >= (ended ? 2 : length); start += length) {
      const sample = document.slice(start, start + length);
      if (sample.length > 1) store.add(sample);
    }
    document = ended ? [] : document.slice(start);
  };
  for await (const { text, first, prompt } of pieces) {
    if (first) {
      flush(true);
      document.push(...tokenizer.begin);
      bare = true;
    }
    if (prompt !== undefined) {
      for (const id of tokenizer.encode(prompt)) document.push(id);
      promptLength = document.length;
    }
    for (const id of tokenizer.encode(text)) document.push(id);
    bare &&= document.length <= tokenizer.begin.length;
    flush(false);
  }
  flush(true);
  return { tokens: store, prompts };
}
