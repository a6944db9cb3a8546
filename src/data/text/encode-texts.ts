import { UserError } from '../../base/user-error.ts';
import type { TextHash } from '../content-hash.ts';
import { bytesOfIds, sameAmong } from '../duplicates.ts';
import { TokenStore } from './token-store.ts';
import type { PairTemplate } from './tokenizer-json/template.ts';
import { encodePair, encodeSample, type Tokenizer } from './tokenizers/tokenizer.ts';
import type { ReadTexts } from './unlabelled-texts.ts';

/** Which texts have the same tokens, by those of the first source, then by those of the next. */
export function sameTexts(sources: readonly { readonly tokens: TokenStore }[], pairs: boolean): Int32Array {
  const bytesOf = (of: TokenStore, sample: number) =>
    // Without special tokens between them, two pairs can have the same tokens.
    bytesOfIds(pairs ? Int32Array.of(of.beginning(sample), ...of.ids(sample)) : of.ids(sample));
  return sameAmong(
    sources.map(({ tokens }) => ({
      count: tokens.count,
      bytesOf: (sample) => bytesOf(tokens, sample),
    })),
  );
}

/**
 * How the tokenizer puts pairs of texts together.
 * @throws UserError where it has no way that is known here, or there is no room for any of a text
 */
export function pairTemplate({ pair }: Tokenizer, length: number): PairTemplate {
  if (!pair)
    throw new UserError(
      'The tokenizer does not say how two texts go together: its post_processor has no pair of a kind that is known here.',
      {
        remedy:
          'Name another "tokenizer", such as "words", or join the texts into one column and name it as "textColumn".',
        option: 'textColumns',
      },
    );
  const special = pair.before.length + pair.between.length + pair.behind.length;
  if (length - special >= 2) return pair;
  throw new UserError(
    `Of ${length} tokens in a sample, ${special} are special ones: there is no room for two texts.`,
    {
      remedy: `Set maxLength to ${special + 2} or more.`,
      option: 'maxLength',
    },
  );
}

/** The texts of some samples, those of a pair one after the other. */
export async function* textsOf(read: ReadTexts, ascending: Int32Array): AsyncGenerator<string> {
  let index = 0;
  let next = 0;
  for await (const { text, second } of read())
    if (index++ === ascending[next]) {
      next++;
      yield text;
      if (second !== undefined) yield second;
    }
}

/** Ids of all texts, or pairs of texts, cut to `length` tokens; `texts` hashes them. */
export async function encode(
  read: ReadTexts,
  tokenizer: Tokenizer,
  length: number,
  texts: TextHash,
  pair: PairTemplate | undefined,
): Promise<TokenStore> {
  const tokens = new TokenStore(tokenizer.vocabulary);
  for await (const { text, second = '' } of read()) {
    texts.add(text);
    if (pair) {
      texts.add(second, 'second ');
      const encoded = encodePair(tokenizer, [text, second], pair, length);
      tokens.add(encoded.ids, encoded.second);
    } else tokens.add(encodeSample(tokenizer, text, length));
  }
  return tokens;
}
