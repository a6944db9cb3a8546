import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byteLetters } from '../../../src/data/text/tokenizer-json/normalizers.ts';
import { preTokenizer } from '../../../src/data/text/tokenizer-json/pre-tokenizers.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { specialToken, type Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { temporaryDirectory } from '../../training/support.ts';

type Parts = Record<string, unknown>;

export const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const split = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    { ...byteLevel, use_regex: false },
  ],
});

/** As they stand in the tokenizer.json of GPT-2, SmolLM, Qwen2 and Llama 3. */
export const cuts: Readonly<Record<string, Parts & { type: string }>> = {
  'gpt-2': byteLevel,
  smollm: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel] },
  qwen2: split(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
  'llama-bpe': split(
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  ),
};

/** A text on which ways to cut differ. */
export const variedText =
  "It's 12345 o'clock;  we'LL say\n\n\tHello, world!!  Größe naïve café 日本語 🙂 x²  y\r\n  end 3.14 the the there then other";

/** A tokenizer.json whose merges join the most frequent pairs of a text. */
export function trainedDefinition(cut: Parts & { type: string }, options: Parts = {}): Parts {
  const words = preTokenizer(cut)({ text: variedText, first: true }).map(({ text }) => Array.from(text));
  const vocab = new Map(byteLetters.map((letter, id) => [letter, id]));
  const merges: [string, string][] = [];
  for (let round = 0; round < 40; round++) {
    const counts = new Map<string, number>();
    for (const word of words)
      for (let at = 0; at + 1 < word.length; at++) {
        const pair = `${word[at]} ${word[at + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    const best = [...counts].sort(([one, x], [other, y]) => y - x || (one < other ? -1 : 1))[0];
    if (!best) break;
    const [left, right] = best[0].split(' ') as [string, string];
    merges.push([left, right]);
    vocab.set(left + right, vocab.size);
    for (const word of words)
      for (let at = 0; at + 1 < word.length; at++)
        if (word[at] === left && word[at + 1] === right) word.splice(at, 2, left + right);
  }
  const [begin, end] = [vocab.size, vocab.size + 1];
  return {
    version: '1.0',
    added_tokens: [specialToken(begin, '<|begin|>'), specialToken(end, '<|endoftext|>')],
    normalizer: null,
    pre_tokenizer: cut,
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges, ...options },
  };
}

/** The same as a file would give it. */
export async function tokenizerOf(definition: Parts, settings: Parts = {}): Promise<Tokenizer> {
  const folder = temporaryDirectory();
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(definition));
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ eos_token: '<|endoftext|>', ...settings }),
  );
  return fileTokenizer(join(folder, 'tokenizer.json'));
}
