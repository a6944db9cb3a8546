import { addedTokenSplitter } from './added-token-splitter.ts';
import type { AddedToken, Definition } from './definition.ts';
import { tokenizerModel } from './models.ts';
import { normalizer, normalizerSteps } from './normalizers.ts';
import { follow, type PlacedText, partOf, placeAt, placed } from './places.ts';
import { preTokenizer } from './pre-tokenizers.ts';
import { section } from './section.ts';

/** Token ids, and where each ends in the text: in UTF-8 bytes, ascending. */
export interface PlacedIds {
  readonly ids: number[];
  readonly ends: number[];
}

export interface Encoder {
  /** Every token of the model and those added to it. */
  readonly tokens: ReadonlyMap<string, number>;
  /** Without what a template puts around a text. */
  encode(text: string): number[];
  /** The same, and where in the text each token ends. @throws Error where that cannot be followed */
  encodePlaced(text: string): PlacedIds;
  /** What stands for a text that the model has no token for. */
  readonly unknown?: number;
}

/**
 * Makes ids of texts as Hugging Face's `tokenizers` do in Python: added tokens are found, what lies between them is
 * normalized, cut and given to the model. Written anew because the library for JavaScript gives other ids for about a
 * dozen kinds of text; see test/data/text/tokenizer-json.test.ts.
 * @throws Error if a part is of a kind that is not known here
 */
export function encoderOf(definition: Definition, added: readonly AddedToken[]): Encoder {
  const normalize = section('normalizer', () => normalizer(definition.normalizer));
  const cut = section('pre_tokenizer', () => preTokenizer(definition.pre_tokenizer));
  const steps = normalizerSteps(definition.normalizer);
  const { tokens: own, unknown, tokenize } = section('model', () => tokenizerModel(definition.model));
  const raw = new Map<string, AddedToken>();
  const normalized = new Map<string, AddedToken>();
  for (const token of added)
    if (token.normalized) normalized.set(normalize(token.content), token);
    else raw.set(token.content, token);
  const splitRaw = addedTokenSplitter(raw);
  const splitNormalized = addedTokenSplitter(normalized);
  const tokens = new Map(own);
  for (const { content, id } of added) tokens.set(content, id);

  /** Where the first character is taken away, what remains does not begin the text. */
  const keepsBeginning = (text: string) => normalize(String.fromCodePoint(text.codePointAt(0)!)) !== '';

  return {
    tokens,
    encode(text) {
      const ids: number[] = [];
      for (const outer of splitRaw(text)) {
        if (outer.id !== undefined) {
          ids.push(outer.id);
          continue;
        }
        for (const part of splitNormalized(normalize(outer.text))) {
          if (part.id !== undefined) {
            ids.push(part.id);
            continue;
          }
          const first = outer.start === 0 && part.start === 0 && keepsBeginning(outer.text);
          for (const { text: piece } of cut({ text: part.text, first }))
            for (const id of tokenize(piece).ids) ids.push(id);
        }
      }
      return ids;
    },
    encodePlaced(text) {
      const ids: number[] = [];
      const ends: number[] = [];
      const push = (id: number, end: number) => {
        ids.push(id);
        ends.push(end);
      };
      const whole = placed(text);
      for (const outer of splitRaw(text)) {
        const raw = partOf(whole, outer.start, outer.start + outer.text.length);
        if (outer.id !== undefined) {
          push(outer.id, raw.places.at(-1)!);
          continue;
        }
        const normal = section('normalizer', () =>
          steps.reduce<PlacedText>((current, step) => follow(step, current), raw),
        );
        for (const part of splitNormalized(normal.text)) {
          const own = partOf(normal, part.start, part.start + part.text.length);
          if (part.id !== undefined) {
            push(part.id, own.places.at(-1)!);
            continue;
          }
          const first = outer.start === 0 && part.start === 0 && keepsBeginning(outer.text);
          for (const { text: piece, places } of cut({ ...own, first })) {
            const made = tokenize(piece);
            for (const [at, id] of made.ids.entries()) push(id, placeAt(places!, made.ends[at]!));
          }
        }
      }
      return { ids, ends };
    },
    unknown,
  };
}
