import type { Piece } from './documents.ts';
import { TokenStore } from './token-store.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Documents one after the other, an end token behind each, cut into samples of exactly `length` tokens. */
export async function packedSamples(
  pieces: AsyncIterable<Piece>,
  tokenizer: Tokenizer,
  length: number,
): Promise<TokenStore> {
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
    if (first) end();
    begun = true;
    for (const id of tokenizer.encode(text)) push(id);
  }
  end();
  // One token alone predicts nothing.
  if (sample.length > 1) store.add(sample);
  return store;
}

/**
 * Samples that lie within one document, which an end token closes. A document longer than `length` makes several; of
 * these, whatever has no target (it lies in the prompt) is left out.
 */
export async function documentSamples(
  pieces: AsyncIterable<Piece>,
  tokenizer: Tokenizer,
  length: number,
): Promise<TokenStore> {
  const store = new TokenStore(tokenizer.vocabulary);
  let document: number[] = [];
  let promptLength = 0;
  const flush = (ended: boolean) => {
    if (ended && document.length > 0 && tokenizer.endId !== undefined) document.push(tokenizer.endId);
    let start = 0;
    // Before the end of a document only whole samples leave, so that none is torn between pieces.
    for (; document.length - start >= (ended ? 2 : length); start += length) {
      const sample = document.slice(start, start + length);
      const ignored = Math.max(0, promptLength - start);
      if (Math.max(ignored, 1) < sample.length) store.add(sample, Math.min(ignored, sample.length));
    }
    document = ended ? [] : document.slice(start);
    promptLength = Math.max(0, promptLength - start);
  };
  for await (const { text, first, prompt } of pieces) {
    if (first) {
      flush(true);
      promptLength = 0;
    }
    if (prompt !== undefined) {
      document.push(...tokenizer.encode(prompt));
      promptLength = document.length;
    }
    for (const id of tokenizer.encode(text)) document.push(id);
    flush(false);
  }
  flush(true);
  return store;
}
