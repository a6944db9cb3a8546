import type { LanguageSamples, MakeSamples } from './language-samples.ts';
import { type Range, TokenStore } from './token-store.ts';

/** Samples that are filled at the same time: a document goes into the first that has room for it. */
const mostOpen = 64;

interface Open {
  readonly ids: number[];
  readonly starts: number[];
  readonly targets: Range[];
}

/**
 * Puts several samples of documents into one of at most `length` tokens, each of which is read as if it stood alone: the
 * first token of a document is no target, since what stands before it is none of its text. Documents stay whole.
 * @param makeSamples makes samples that lie within one document
 */
export const packedDocuments =
  (makeSamples: MakeSamples): MakeSamples =>
  async (pieces, tokenizer, length) => {
    const made = await makeSamples(pieces, tokenizer, length);
    return { ...made, tokens: packed(made, length, tokenizer.vocabulary) };
  };

function packed({ tokens }: LanguageSamples, length: number, vocabulary: number): TokenStore {
  const store = new TokenStore(vocabulary);
  const open: Open[] = [];
  const close = ({ ids, targets, starts }: Open) => store.add(ids, 1, targets, starts);
  for (let document = 0; document < tokens.count; document++) {
    const ids = tokens.ids(document);
    let row = open.find((one) => one.ids.length + ids.length <= length);
    if (!row) {
      if (open.length === mostOpen) close(open.shift()!);
      row = { ids: [], starts: [], targets: [] };
      open.push(row);
    }
    const start = row.ids.length;
    row.starts.push(start);
    row.ids.push(...ids);
    for (const [first, end] of tokens.targets(document))
      if (Math.max(first, 1) < end) row.targets.push([start + Math.max(first, 1), start + end]);
  }
  for (const row of open) close(row);
  return store;
}
