import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { follow, placed } from '../../../src/data/text/tokenizer-json/places.ts';
import { byteTokenizer } from '../../../src/data/text/tokenizers/byte-tokenizer.ts';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { wordTokenizer } from '../../../src/data/text/tokenizers/word-tokenizer.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/tokenizers');
const read = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'));
const texts: string[] = read('texts.json');
/** Made by test/reference/tokens/token_places.py with Python's `tokenizers`. */
const expected: Record<string, string[]> = read('places.json');

const digest = (ends: readonly number[]) =>
  createHash('sha256').update(ends.join()).digest('hex').slice(0, 12);
const open = (kind: string) => fileTokenizer(join(fixtures, kind, 'tokenizer.json'));

/** Ends in bytes as ends in characters: within one, its end. */
function inCharacters(text: string, ends: readonly number[]): number[] {
  const bytes = [0];
  for (const character of text) bytes.push(bytes.at(-1)! + Buffer.byteLength(character));
  return ends.map((end) => bytes.findIndex((byte) => byte >= end));
}

describe('tokens end where Python’s tokenizers say that they end', () => {
  /**
   * For how many of the texts, which are odd on purpose. Where these are fewer, Python has another custom: composed
   * letters end with their first part (qwen, clip, llama), what is put before a text covers its first character (llama,
   * unigram, unigram-bytes), each byte of a character covers all of it (llama, unigram-bytes), white space is trimmed
   * (roberta).
   */
  const equal: Record<string, number> = {
    cased: 252,
    gpt2: 252,
    llama3: 252,
    'odd-cuts': 252,
    mpnet: 252,
    wordpiece: 252,
    words: 252,
    qwen: 231,
    clip: 229,
    llama: 56,
    roberta: 214,
    unigram: 77,
    'unigram-bytes': 61,
  };
  for (const [kind, count] of Object.entries(equal))
    test(kind, async () => {
      const tokenizer = await open(kind);
      let same = 0;
      for (const [index, text] of texts.entries()) {
        const { ids, ends } = tokenizer.encodePlaced(text);
        assert.deepEqual(ids, tokenizer.encode(text));
        const bytes = Buffer.byteLength(text);
        assert.ok(
          ends.every((end, at) => end >= (ends[at - 1] ?? 0) && end <= bytes),
          JSON.stringify(text),
        );
        if (digest(inCharacters(text, ends)) === expected[kind]![index]) same++;
      }
      assert.equal(same, count);
    });
});

test('the bytes of one character end within it, and what is composed ends with its last part', async () => {
  assert.deepEqual((await open('qwen')).encodePlaced('ne\u0301').ends.at(-1), 4);
  const { ends } = (await open('gpt2')).encodePlaced('\ue000a');
  assert.deepEqual(ends, [1, 2, 3, 4]);
  const llama = (await open('llama')).encodePlaced('\ue000');
  assert.deepEqual(llama.ends.slice(-3), [1, 2, 3]);
});

test('bytes and words know their places, lower-cased ones too, special tokens are one', () => {
  const text = 'Ünİ 🙂 <s>x</s> [SEP]';
  const bytes = byteTokenizer().encodePlaced(text);
  assert.deepEqual(bytes.ids, byteTokenizer().encode(text));
  assert.equal(bytes.ends.at(-1), Buffer.byteLength(text));
  assert.deepEqual(bytes.ends.slice(0, 4), [1, 2, 3, 4]);
  const words = wordTokenizer(['üni\u0307', 'x'], true);
  const { ids, ends } = words.encodePlaced(text);
  assert.deepEqual(ids, words.encode(text));
  // Ünİ, 🙂, <, s, >, x, <, /, s, >, [SEP]
  assert.deepEqual(ends, [5, 10, 12, 13, 14, 15, 16, 17, 18, 19, 25]);
});

test('a change that cannot be followed is refused', () => {
  const backwards = (text: string) => Array.from(text).reverse().join('');
  assert.throws(() => follow(backwards, placed('one two')), /cannot be followed/);
  // By words where characters alone would give others.
  const swapped = (text: string) => text.replaceAll('ab', 'xyz');
  const { text, places } = follow(swapped, placed('ab cab'));
  assert.equal(text, 'xyz cxyz');
  assert.deepEqual([places[3], places[4], places.at(-1)], [2, 3, 6]);
});
