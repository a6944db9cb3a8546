import { UserError } from '../../../base/user-error.ts';
import { addedTokenSplitter } from '../tokenizer-json/added-token-splitter.ts';
import { lower } from '../tokenizer-json/normalizers.ts';
import { follow, partOf, placed } from '../tokenizer-json/places.ts';
import { punctuation, unbroken } from '../tokenizer-json/unicode-tables.ts';
import { aroundText, specialToken, type Tokenizer } from './tokenizer.ts';

/** Of every vocabulary of words, at ids 0 to 3. */
export const wordSpecials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] as const;
const [padId, unknownId, startId, endId] = [0, 1, 2, 3];

/** A punctuation mark, or a run of anything else but white space: what BertPreTokenizer makes of a text. */
const wordPattern = new RegExp(`${unbroken}|${punctuation}`, 'gu');

/** Texts that name a special token themselves get its id, as in every tokenizer that has one. */
const atSpecials = addedTokenSplitter(
  new Map(wordSpecials.map((content, id) => [content, { ...specialToken(id, content) }])),
);

export interface WordOptions {
  /** Most words in the vocabulary, special tokens counted. */
  readonly size: number;
  /** Words seen fewer times than this are unknown. */
  readonly minCount: number;
  readonly lowercase: boolean;
}

const wordsOf = (text: string, lowercase: boolean): readonly string[] =>
  (lowercase ? lower(text) : text).match(wordPattern) ?? [];

/** Counts the words of training texts, one text after the other. */
export class WordCounter {
  readonly #options: WordOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: WordOptions) {
    this.#options = options;
  }

  add(text: string): void {
    for (const section of atSpecials(text))
      if (section.id === undefined)
        for (const word of wordsOf(section.text, this.#options.lowercase))
          this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  /** A tokenizer of the most frequent words. @throws UserError if no word is frequent enough. */
  tokenizer(): Tokenizer {
    const { size, minCount, lowercase } = this.#options;
    const words = [...this.#counts]
      .filter(([, count]) => count >= minCount)
      // Equal counts by letters, so that the order in which texts come does not matter.
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, size - wordSpecials.length)
      .map(([word]) => word);
    if (this.#counts.size === 0)
      throw new UserError('There are no words in the training texts to make a vocabulary of.', {
        remedy: 'Name a file with text, or use the tokenizer "bytes".',
        option: 'train',
      });
    if (words.length === 0)
      throw new UserError(`No word occurs ${minCount} times in the training texts.`, {
        remedy: 'Lower "minCount" of the tokenizer, or name a file with more text.',
        option: 'tokenizer',
      });
    return wordTokenizer(words, lowercase);
  }
}

/** Each word of a list is a token, every other is unknown; [CLS] and [SEP] stand around a text. */
export function wordTokenizer(words: readonly string[], lowercase: boolean): Tokenizer {
  const tokens: readonly string[] = [...wordSpecials, ...words];
  const known = new Map(tokens.map((token, id) => [token, id]));
  return {
    vocabulary: tokens.length,
    tokens: known,
    padId: padId!,
    endId: endId!,
    prefix: [startId!],
    suffix: [endId!],
    pair: { before: [startId!], between: [endId!], behind: [endId!], ofSecond: 0 },
    begin: [],
    encode: (text) =>
      atSpecials(text).flatMap(({ text: section, id }) =>
        id === undefined ? wordsOf(section, lowercase).map((word) => known.get(word) ?? unknownId!) : [id],
      ),
    encodePlaced(text) {
      const ids: number[] = [];
      const ends: number[] = [];
      const whole = placed(text);
      for (const { text: section, start, id } of atSpecials(text)) {
        const raw = partOf(whole, start, start + section.length);
        const { text: plain, places } = lowercase ? follow(lower, raw) : raw;
        if (id === undefined)
          for (const { 0: word, index } of plain.matchAll(wordPattern)) {
            ids.push(known.get(word) ?? unknownId!);
            ends.push(places[index + word.length]!);
          }
        else {
          ids.push(id);
          ends.push(raw.places.at(-1)!);
        }
      }
      return { ids, ends };
    },
    unknownId,
    decode: (sequence) =>
      sequence
        .filter((id) => id >= wordSpecials.length)
        .map((id) => tokens[id] ?? '')
        .join(' '),
    files: () => ({
      'tokenizer.json': JSON.stringify({
        version: '1.0',
        truncation: null,
        padding: null,
        added_tokens: wordSpecials.map((token, id) => specialToken(id, token)),
        normalizer: lowercase ? { type: 'Lowercase' } : null,
        // White space, and each punctuation mark by itself.
        pre_tokenizer: { type: 'BertPreTokenizer' },
        post_processor: aroundText('[CLS]', startId!, '[SEP]', endId!),
        decoder: null,
        model: { type: 'WordLevel', vocab: Object.fromEntries(known), unk_token: '[UNK]' },
      }),
      'tokenizer_config.json': JSON.stringify({
        tokenizer_class: 'PreTrainedTokenizerFast',
        pad_token: '[PAD]',
        unk_token: '[UNK]',
        cls_token: '[CLS]',
        sep_token: '[SEP]',
        eos_token: '[SEP]',
      }),
    }),
  };
}
