/** Turns texts into token ids and back. Ids are below `vocabulary`. */
export interface Tokenizer {
  readonly vocabulary: number;
  /** Fills short samples. */
  readonly padId: number;
  /** Ends a document; undefined where the tokenizer has no such token. */
  readonly endId: number | undefined;
  /** Special tokens before and behind a text that is to be classified. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Without special tokens. */
  encode(text: string): readonly number[];
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** tokenizer.json and tokenizer_config.json, by name, to lie beside a model's weights. */
  files(): Readonly<Record<string, string>>;
}

/** Only so many characters of a text are looked at for each token that it may have. */
const charactersPerToken = 64;

/** Ids of a text to classify: special tokens around it, cut to `length` tokens in all. */
export function encodeSample(tokenizer: Tokenizer, text: string, length: number): number[] {
  const { prefix, suffix } = tokenizer;
  const room = Math.max(0, length - prefix.length - suffix.length);
  const ids = tokenizer.encode(text.slice(0, length * charactersPerToken));
  return [...prefix, ...ids.slice(0, room), ...suffix];
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
