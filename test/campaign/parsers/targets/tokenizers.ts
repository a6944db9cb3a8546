import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Parser, promise } from '../parser.ts';

const small = [
  'text/bpe',
  'text/wordpiece',
  'tokenizers/words',
  'tokenizers/odd-cuts',
  'tokenizers/clip',
  'tokenizers/llama3',
  'tokenizers/qwen',
];
const texts = ['', 'The cat sat on the mat.', 'Ünï cödé 🙂 1234567 \t\n  x', 'a'.repeat(200)];
const words = [
  'BPE',
  'WordPiece',
  'Unigram',
  'WordLevel',
  'Sequence',
  'ByteLevel',
  'Split',
  'Regex',
  'String',
  'Metaspace',
  'TemplateProcessing',
  'Precompiled',
  'Replace',
  'Prepend',
  '(a+)+$',
  '(?:(?:a|a)*)*b',
  '\\p{L}+',
  '<unk>',
  'merges',
  'vocab',
  'Ġ',
  '▁',
];

const fixture = (root: string, name: string, file: string) =>
  readFileSync(join(root, 'test/fixtures', name, file));

/** One of the two files of a tokenizer, while the other is as it should be. */
const half = (name: string, changed: string, kept: string, block: number): Parser => ({
  name,
  ending: changed,
  form: 'json',
  block,
  words,
  async open(folder, root) {
    const { fileTokenizer } = await import('../../../../src/data/text/tokenizers/file-tokenizer.ts');
    const names = small.filter((one) => one.startsWith('tokenizers/') || changed === 'tokenizer.json');
    const seeds = names
      .map((one) => fixture(root, one, changed))
      // The larger ones take their time and say no more.
      .filter((seed) => seed.length <= 1 << 16);
    writeFileSync(
      join(folder, kept),
      kept === 'tokenizer.json' ? fixture(root, 'tokenizers/words', kept) : '{"unk_token":"<unk>"}',
    );
    return {
      seeds,
      withoutFile: changed !== 'tokenizer.json',
      async read(input) {
        writeFileSync(join(folder, changed), input);
        const tokenizer = await fileTokenizer(join(folder, 'tokenizer.json'));
        let tokens = 0;
        for (const text of texts) {
          const ids = tokenizer.encode(text);
          tokens += ids.length;
          for (const id of ids)
            promise(
              Number.isInteger(id) && id >= 0 && id < tokenizer.vocabulary,
              `${id} is the id of no token`,
            );
          promise(typeof tokenizer.decode(ids) === 'string', 'what is decoded is no text');
        }
        return tokens > 0 ? 'tokens' : 'no tokens';
      },
    };
  },
});

export const tokenizer = half('tokenizer.json', 'tokenizer.json', 'tokenizer_config.json', 400);
export const tokenizerSettings = half(
  'tokenizer_config.json',
  'tokenizer_config.json',
  'tokenizer.json',
  400,
);
