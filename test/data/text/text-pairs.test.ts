import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableText } from '../../../examples/data/make.mjs';
import { templateOf } from '../../../src/data/text/tokenizer-json/template.ts';
import { encodePair, type Tokenizer } from '../../../src/data/text/tokenizers/tokenizer.ts';
import { fails, open, write } from './dataset-folder.ts';

/** A tokenizer whose ids are the numbers that a text lists. */
const numbers = {
  encode: (text: string) => text.split(' ').filter(Boolean).map(Number),
} as unknown as Tokenizer;
const count = (from: number, length: number) => Array.from({ length }, (_, at) => from + at).join(' ');

describe('two texts as one sample', () => {
  // What AutoTokenizer(first, second, truncation=True, max_length=…) of a BERT gives for texts of these lengths.
  const cases: [first: number, second: number, maxLength: number, kept: [number, number]][] = [
    [3, 4, 20, [3, 4]],
    [9, 2, 9, [4, 2]],
    [2, 9, 9, [2, 4]],
    [9, 8, 10, [4, 3]],
    [8, 9, 10, [3, 4]],
    [9, 9, 10, [3, 4]],
    [9, 9, 9, [3, 3]],
    [3, 9, 10, [3, 4]],
    [9, 4, 10, [4, 3]],
  ];
  const bert = templateOf({ type: 'BertProcessing', sep: ['[SEP]', 2], cls: ['[CLS]', 1] }).pair!;

  test('the longer text is cut first', () => {
    for (const [one, other, length, [first, second]] of cases) {
      const { ids, second: place } = encodePair(numbers, [count(100, one), count(200, other)], bert, length);
      const kept = (from: number, size: number) => count(from, size).split(' ').map(Number);
      assert.deepEqual(ids, [1, ...kept(100, first), 2, ...kept(200, second), 2], `${one} and ${other}`);
      assert.equal(place, first + 2);
    }
  });

  test('templates tell what stands around pairs, and where token types become 1', () => {
    const roberta = templateOf({ type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0] }).pair!;
    assert.deepEqual(encodePair(numbers, ['7', '8 9'], roberta, 20), {
      ids: [0, 7, 2, 2, 8, 9, 2],
      second: 7,
    });
    const none = templateOf(null).pair!;
    assert.deepEqual(encodePair(numbers, ['7', '8 9'], none, 20), { ids: [7, 8, 9], second: 1 });
    const item = (kind: 'Sequence' | 'SpecialToken', id: string, type_id: number) => ({
      [kind]: { id, type_id },
    });
    const template = (pair: object[]) =>
      templateOf({
        type: 'TemplateProcessing',
        single: [item('Sequence', 'A', 0)],
        pair,
        special_tokens: { s: { id: 's', ids: [5], tokens: ['s'] } },
      }).pair;
    const [a, b, s0, s1] = [
      item('Sequence', 'A', 0),
      item('Sequence', 'B', 1),
      item('SpecialToken', 's', 0),
      item('SpecialToken', 's', 1),
    ];
    assert.deepEqual(encodePair(numbers, ['7', '8'], template([a, s0, s1, b, s1])!, 20), {
      ids: [7, 5, 5, 8, 5],
      second: 2,
    });
    for (const unknown of [[b, a], [a, s1, s0, b], [a], [a, b, a], [item('Sequence', 'A', 1), b]])
      assert.equal(template(unknown), undefined, JSON.stringify(unknown));
  });
});

describe('pairs of texts in tables', () => {
  const config = {
    kind: 'text-classification',
    train: 'replies.csv',
    textColumns: ['request', 'reply'],
    tokenizer: { kind: 'words' },
    maxLength: 48,
  };
  write('replies.csv', tableText('replies.csv', 120));

  test('batches hold both texts, and which one each token is of', async () => {
    const { task, train, tokenizer, classNames } = await open(config);
    assert.deepEqual(task.text!.pairs, { types: 2 });
    assert.deepEqual(classNames, ['answers', 'misses']);
    const { ids, mask, segments } = train.batch(Int32Array.of(0), 1).input;
    const length = mask!.data.filter((one: number) => one === 1).length;
    const own = [...ids!.data.subarray(0, length)];
    const separator = tokenizer!.suffix[0]!;
    assert.equal(own.filter((id) => id === separator).length, 2);
    const second = own.indexOf(separator) + 1;
    assert.deepEqual(
      [...segments!.data],
      Array.from({ length: ids!.data.length }, (_, at) => (at >= second && at < length ? 1 : 0)),
    );
  });

  test('either text tells data sets apart, and pairs with an empty side are left out and said', async () => {
    const rows = (second: string) => `a,b,label\n${'one,two,x\nthree,four,y\n'.repeat(4)}five,${second},x\n`;
    const pairs = { ...config, train: 'pairs.csv', textColumns: ['a', 'b'], tokenizer: { kind: 'bytes' } };
    const [contents, fingerprints] = [new Set<string>(), new Set<string>()];
    for (const second of ['six', 'seven']) {
      write('pairs.csv', rows(second));
      const { content, fingerprint } = await open(pairs);
      contents.add(content);
      fingerprints.add(fingerprint);
    }
    assert.equal(contents.size + fingerprints.size, 4);
    write('pairs.csv', rows(' '));
    const { remarks } = await open(pairs);
    assert.ok(
      remarks!.some(
        ({ kind, message }) =>
          kind === 'data-left-out' &&
          /1 of 9 rows of pairs.csv are left out: 1 with one text of the two empty, the first in line 10/.test(
            message,
          ),
      ),
      JSON.stringify(remarks),
    );
  });

  test('what cannot be pairs is refused', async () => {
    await fails({ ...config, textColumns: ['request', 'answer'] }, /has no column "answer".*"reply"/);
    await fails({ ...config, maxLength: 4 }, /there is no room for two texts/);
  });
});
