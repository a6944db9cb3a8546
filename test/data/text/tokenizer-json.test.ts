import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { documentSamples, packedSamples } from '../../../src/data/text/language-samples.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { encodeSample } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { temporaryDirectory } from '../idx-files.ts';

/** Made by test/reference/make-tokenizers.py with Python's `tokenizers`. */
const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');
const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'));
const texts: string[] = read('texts.json');
const expected: Record<string, { vocabulary: number; ids: string[]; whole: string }> = read('expected.json');
const kinds = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

const digest = (ids: readonly number[]) => createHash('sha256').update(ids.join()).digest('hex').slice(0, 12);

describe('a tokenizer.json gives the ids that Python’s tokenizers give, whatever stands in a text', () => {
  assert.ok(texts.length > 200 && kinds.length > 10);
  for (const kind of kinds)
    test(kind, async () => {
      const tokenizer = await fileTokenizer(join(fixtures, kind, 'tokenizer.json'));
      const { vocabulary, ids, whole } = expected[kind]!;
      assert.equal(tokenizer.vocabulary, vocabulary);
      const other = texts.filter((text, index) => digest(tokenizer.encode(text)) !== ids[index]);
      assert.deepEqual(other, []);
      assert.equal(digest([...tokenizer.prefix, ...tokenizer.encode('a'), ...tokenizer.suffix]), whole);
    });
});

test('tokens that stand in added_tokens_decoder alone are found in texts, and have their ids', async (context) => {
  const folder = temporaryDirectory(context);
  copyFileSync(join(fixtures, 'gpt2/tokenizer.json'), join(folder, 'tokenizer.json'));
  const plain = await fileTokenizer(join(folder, 'tokenizer.json'));
  const decoder = { [plain.vocabulary + 3]: { content: '<tool>', special: true } };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ added_tokens_decoder: decoder }));
  const tokenizer = await fileTokenizer(join(folder, 'tokenizer.json'));
  assert.equal(tokenizer.vocabulary, plain.vocabulary + 4);
  assert.deepEqual(tokenizer.encode('a<tool>b'), [
    ...plain.encode('a'),
    plain.vocabulary + 3,
    ...plain.encode('b'),
  ]);
  assert.equal(tokenizer.decode(tokenizer.encode('a<tool>b')), 'ab');
});

test('what a template puts before a text begins each document of a language model; what it puts behind does not', async () => {
  const documents = async function* () {
    yield { text: 'the cat', first: true };
    yield { text: ' sat', first: false };
    yield { text: 'new', first: true };
  };
  for (const [kind, begins] of [
    ['llama', true],
    ['llama3', true],
    ['gpt2', false],
    ['qwen', false],
    ['clip', true],
  ] as const) {
    const tokenizer = await fileTokenizer(join(fixtures, kind, 'tokenizer.json'));
    const begin = begins ? tokenizer.prefix : [];
    assert.equal(begin.length, begins ? 1 : 0, kind);
    const first = [...begin, ...tokenizer.encode('the cat'), ...tokenizer.encode(' sat'), tokenizer.endId!];
    const second = [...begin, ...tokenizer.encode('new'), tokenizer.endId!];
    const packed = (await packedSamples(documents(), tokenizer, 64)).tokens;
    assert.deepEqual([...packed.ids(0)], [...first, ...second], kind);
    const apart = (await documentSamples(documents(), tokenizer, 64)).tokens;
    assert.deepEqual([...apart.ids(0)], first, kind);
    assert.deepEqual([...apart.ids(1)], second, kind);
  }
});

test('the prompt of a document is masked together with what begins it', async () => {
  const tokenizer = await fileTokenizer(join(fixtures, 'llama/tokenizer.json'));
  const documents = async function* () {
    yield { text: ' sat', first: true, prompt: 'the cat' };
    yield { text: '', first: true };
  };
  const { tokens } = await documentSamples(documents(), tokenizer, 64);
  assert.equal(tokens.count, 1);
  assert.equal(tokens.beginning(0), 1 + tokenizer.encode('the cat').length);
});

test('a vocabulary of 300,000 tokens is read, and an id beyond all bounds is refused', async (context) => {
  const folder = temporaryDirectory(context);
  const write = (vocab: object) =>
    writeFileSync(
      join(folder, 'tokenizer.json'),
      JSON.stringify({
        model: { type: 'WordLevel', vocab, unk_token: 'w0' },
        pre_tokenizer: { type: 'Whitespace' },
      }),
    );
  write(Object.fromEntries(Array.from({ length: 300_000 }, (_, id) => [`w${id}`, id])));
  const tokenizer = await fileTokenizer(join(folder, 'tokenizer.json'));
  assert.equal(tokenizer.vocabulary, 300_000);
  assert.deepEqual(tokenizer.encode('w7 w299999 other'), [7, 299_999, 0]);
  write({ a: 0, b: 2 ** 31 });
  await assert.rejects(
    fileTokenizer(join(folder, 'tokenizer.json')),
    /not every token has an id between 0 and/,
  );
});

test('a text longer than what is looked at first is cut as if all of it had been', async () => {
  const texts = [`${' '.repeat(5000)}one two three`, `${'word '.repeat(2000)}`, 'x'.repeat(5000)];
  for (const kind of kinds) {
    const tokenizer = await fileTokenizer(join(fixtures, kind, 'tokenizer.json'));
    for (const text of texts) {
      const room = 12 - tokenizer.prefix.length - tokenizer.suffix.length;
      const whole = [...tokenizer.prefix, ...tokenizer.encode(text).slice(0, room), ...tokenizer.suffix];
      assert.deepEqual(encodeSample(tokenizer, text, 12), whole, kind);
    }
  }
});
