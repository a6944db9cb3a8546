import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { timeLimited } from '../../../src/data/text/tokenizer-json/time-limit.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { encodeSample, type Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { WordCounter } from '../../../src/data/text/tokenizers/word-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/text');
const folder = mkdtempSync(join(tmpdir(), 'distillery-tokenizers-'));
after(() => rmSync(folder, { recursive: true }));

const texts = [
  'Call me Ishmael. Some years ago—never mind how long precisely—',
  'WIN $$$ NOW!!! click http://example.com/?a=1&b=2 (free)',
  '  Ünïcödé  straße, 東京 🙂👍🏽 e\u0301 \t tab\nnew line\r\n',
  'İstanbul x\u200by',
  '',
  ' \u00a0\u2003 ',
];

/** The same tokenizer, read back from the files that lie beside an exported student. */
async function readBack(tokenizer: Tokenizer): Promise<Tokenizer> {
  const own = mkdtempSync(join(folder, 'files-'));
  for (const [name, content] of Object.entries(tokenizer.files())) writeFileSync(join(own, name), content);
  return fileTokenizer(join(own, 'tokenizer.json'));
}

function words(options: { size?: number; minCount?: number; lowercase?: boolean } = {}): Tokenizer {
  const counter = new WordCounter({ size: 100, minCount: 1, lowercase: true, ...options });
  for (const text of texts) counter.add(text);
  return counter.tokenizer();
}

for (const [name, tokenizer] of [
  ['words', words()],
  ['words with capitals', words({ lowercase: false })],
  ['bytes', byteTokenizer()],
] as const)
  test(`${name}: Hugging Face's tokenizers read the files and agree on every text`, async () => {
    const other = await readBack(tokenizer);
    for (const text of [...texts, 'unseen words, here!'])
      assert.deepEqual(other.encode(text), tokenizer.encode(text), JSON.stringify(text));
    for (const field of ['vocabulary', 'padId', 'endId', 'prefix', 'suffix'] as const)
      assert.deepEqual(other[field], tokenizer[field], field);
  });

for (const name of ['wordpiece', 'bpe'])
  test(`a ${name} tokenizer.json gives the ids of Hugging Face's own tokenizers`, async () => {
    const tokenizer = await fileTokenizer(join(fixtures, name, 'tokenizer.json'));
    const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
    assert.equal(tokenizer.vocabulary, expected.vocabulary);
    for (const { text, ids, whole } of expected.cases) {
      assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
      assert.deepEqual([...tokenizer.prefix, ...ids, ...tokenizer.suffix], whole);
    }
  });

test('bytes: any text comes back as it was', () => {
  const tokenizer = byteTokenizer();
  for (const text of texts) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
});

describe('a vocabulary of words', () => {
  test('keeps the most frequent, ties by letters, and makes the others unknown', () => {
    const counter = new WordCounter({ size: 6, minCount: 1, lowercase: true });
    counter.add('b b b c a');
    const tokenizer = counter.tokenizer();
    assert.equal(tokenizer.vocabulary, 6);
    assert.deepEqual(tokenizer.encode('B a c'), [4, 5, 1]);
    assert.equal(tokenizer.decode([2, 4, 5, 3, 0]), 'b a');
  });

  test('does not depend on the order of texts', () => {
    const make = (order: readonly string[]) => {
      const counter = new WordCounter({ size: 50, minCount: 1, lowercase: true });
      for (const text of order) counter.add(text);
      return counter.tokenizer().files();
    };
    assert.deepEqual(make(texts), make([...texts].reverse()));
  });

  test('leaves out what is seen too rarely, and says so when nothing is left', () => {
    const counter = new WordCounter({ size: 50, minCount: 2, lowercase: true });
    counter.add('one two three');
    assert.throws(() => counter.tokenizer(), UserError);
  });

  test('lowers Σ without regard to where it stands, as the tokenizers of Python do', () => {
    const counter = new WordCounter({ size: 50, minCount: 1, lowercase: true });
    counter.add('ΟΔΟΣ');
    assert.deepEqual(counter.tokenizer().encode('οδοσ οδος'), [4, 1]);
  });

  test('takes words like "constructor" for words', () => {
    const counter = new WordCounter({ size: 50, minCount: 1, lowercase: true });
    counter.add('constructor __proto__');
    const tokenizer = counter.tokenizer();
    assert.ok(!tokenizer.encode('constructor proto').includes(1));
    assert.deepEqual(tokenizer.encode('toString'), [1]);
  });
});

test('a long text is cut within its special tokens', () => {
  const tokenizer = byteTokenizer();
  const [start] = tokenizer.prefix;
  const [end] = tokenizer.suffix;
  assert.deepEqual(encodeSample(tokenizer, 'abcdef', 5), [start, 97, 98, 99, end]);
  assert.deepEqual(encodeSample(tokenizer, 'ab', 5), [start, 97, 98, end]);
});

describe('a tokenizer.json that cannot be used', () => {
  const fails = async (content: string | undefined, pattern: RegExp) => {
    const file = join(mkdtempSync(join(folder, 'bad-')), 'tokenizer.json');
    if (content !== undefined) writeFileSync(file, content);
    await assert.rejects(
      fileTokenizer(file),
      (error: unknown) => error instanceof UserError && pattern.test(error.message),
    );
  };
  test('is not there', () => fails(undefined, /does not exist/));
  test('is not JSON', () => fails('{', /not valid JSON/));
  test('is something else', () => fails('{"a":1}', /not a tokenizer/));
  test('is of an unknown kind', () => fails('{"model":{"type":"Magic","vocab":{}}}', /cannot be used/));

  const holding = (parts: object) =>
    JSON.stringify({
      model: { type: 'WordLevel', vocab: { a: 0, '[UNK]': 1 }, unk_token: '[UNK]' },
      ...parts,
    });
  const at = (place: string) => new RegExp(`cannot be used here: ${place}`);
  test('has a section that is no such section, which is named with its path', async () => {
    await fails(holding({ post_processor: [] }), /post_processor/);
    await fails(holding({ post_processor: { type: 'BertProcessing', sep: 1 } }), at('post_processor.cls'));
    await fails(
      holding({ post_processor: { type: 'TemplateProcessing', single: null } }),
      at('post_processor.single'),
    );
    await fails(
      holding({ post_processor: { type: 'Sequence', processors: [7] } }),
      at('post_processor.processors.0'),
    );
    await fails(holding({ normalizer: { type: 'Replace', pattern: 3 } }), at('normalizer.pattern'));
    await fails(holding({ pre_tokenizer: { type: 'Split', pattern: { Regex: '(' } } }), at('pre_tokenizer'));
    await fails(holding({ model: { type: 'BPE', vocab: {}, merges: [1] } }), at('model.merges'));
  });
  test('nests without end', () => fails('['.repeat(100_000), /nests more than 100 deep/));

  const encoding = async (parts: object, text: string, pattern: RegExp) => {
    const file = join(mkdtempSync(join(folder, 'bad-')), 'tokenizer.json');
    writeFileSync(file, holding(parts));
    const tokenizer = await fileTokenizer(file);
    assert.throws(
      () => tokenizer.encode(text),
      (error: unknown) =>
        error instanceof UserError && error.message.includes(file) && pattern.test(error.message),
    );
  };
  const replaced = (by: string) => ({ type: 'Replace', pattern: { String: 'a' }, content: by });
  test('makes a hundred letters of one, again and again', async () => {
    const normalizers = new Array(8).fill(replaced('a'.repeat(100)));
    await encoding(
      { normalizer: { type: 'Sequence', normalizers } },
      'aaaa',
      /more than 32 characters of each/,
    );
    await encoding(
      { normalizer: replaced('b'.repeat(1 << 20)) },
      'a'.repeat(1 << 20),
      /more than 32 characters/,
    );
  });
  test('has an expression that tries every way to part a text', () => {
    const expression = '(a+)+$';
    const definition = { pre_tokenizer: { pattern: { Regex: expression } } };
    const text = `${'a'.repeat(50)}b`;
    assert.throws(
      () => timeLimited(definition, 0.05)(text.length, () => new RegExp(expression).test(text)),
      /an expression of it takes too long: \(a\+\)\+\$/,
    );
    // What has an end gets the usual time, however busy the machine is.
    const limited = timeLimited(definition);
    assert.equal(
      limited(text.length, () => text.length),
      51,
    );
    assert.throws(() => limited(1, () => JSON.parse('{')), SyntaxError);
  });
});
