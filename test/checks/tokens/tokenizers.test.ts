import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { check } from '../support.ts';
import { folder, novel, stored, told } from './told.ts';

const tokenizers = join(import.meta.dirname, '../../fixtures/tokenizers');
const words = ['<|endoftext|>', '[UNK]', 'cat', 'dog', 'the', 'sat'];

/** A tokenizer of words, in this order. */
function wordsJson(order: readonly string[]): string {
  return JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(order.map((word, id) => [word, id])),
      unk_token: '[UNK]',
    },
  });
}

await stored('teacher', 6, wordsJson(words));
await stored('same', 6, wordsJson(words));
await stored('swapped', 6, wordsJson(['<|endoftext|>', '[UNK]', 'dog', 'cat', 'the', 'sat']));
await stored('padded', 16, wordsJson(words));
await stored('small', 5, wordsJson(words));
await stored('bare', 6);
cpSync(join(tokenizers, 'wordpiece'), join(folder, 'wordpiece'), { recursive: true });

test('the tokenizer of the teacher’s checkpoint is taken where none is named, whatever the strategy', async () => {
  for (const kind of ['sequence', 'feature', 'generated', 'direct'])
    for (const student of ['same', 'padded', undefined])
      assert.deepEqual(await told('teacher', student, undefined, kind), [], `${kind} ${student}`);
});

test('vocabularies that differ in padding rows alone go together', async () => {
  assert.deepEqual(await told('padded', 'same'), []);
  assert.deepEqual(await told('padded', 'teacher', { kind: 'file', file: 'same/tokenizer.json' }), []);
});

test('tokenizers of one size that mean other tokens are refused, with the first that differs', async () => {
  const difference = 'id 2 is "cat" to the teacher and "dog" to the student';
  for (const kind of ['sequence', 'response', 'feature', 'relation', 'generated', 'direct'])
    assert.deepEqual(await told('teacher', 'swapped', undefined, kind), [
      [
        'error',
        'tokenizer',
        'student.checkpoint',
        `The teacher and the student were trained with different tokens: ${difference}.`,
        'Choose a student with the tokenizer of the teacher. Or let each read its own tokens: strategy "sequence" with "across": "gold" or "uld" compares answers over the text that both cut alike.',
      ],
    ]);
  const [named] = await told('teacher', undefined, { kind: 'file', file: 'swapped/tokenizer.json' });
  assert.deepEqual(named, [
    'error',
    'tokenizer',
    'dataset.tokenizer',
    'The teacher was trained with other tokens than the dataset’s tokenizer makes: id 2 is "dog" to the data and "cat" to the teacher.',
    'Leave "tokenizer" of the dataset out: that of the checkpoint is taken then.',
  ]);
});

test('tokenizers that are made of texts or bytes are compared too', async () => {
  const [words] = await told('teacher', undefined, { kind: 'words' });
  assert.match(words![3]!, /id 0 is "\[PAD\]" to the data and "<\|endoftext\|>" to the teacher/);
  const [bytes] = await told('teacher', undefined, { kind: 'bytes' });
  assert.match(bytes![3]!, /id 0 is "Ā" to the data and "<\|endoftext\|>" to the teacher/);
});

test('tokens without rows are named before anything is computed', async () => {
  const expected = [
    'error',
    'tokens-without-rows',
    'teacher.checkpoint',
    'The teacher has rows for 5 tokens, but the tokenizer makes ids up to 5: "sat" (id 5) is the first without a row.',
  ];
  assert.deepEqual((await told('small', undefined))[0]!.slice(0, 4), expected);
});

test('tokens that stand in added_tokens_decoder alone count among the tokens of a tokenizer', async () => {
  await stored('added', 6, wordsJson(words));
  writeFileSync(
    join(folder, 'added/tokenizer_config.json'),
    JSON.stringify({ added_tokens_decoder: { 6: { content: '<tool>', special: false } } }),
  );
  const [finding] = await told('added', undefined);
  assert.match(finding![3]!, /"<tool>" \(id 6\) is the first without a row/);
});

test('a checkpoint without a tokenizer is taken with words, and that is said', async () => {
  const [finding, ...others] = await told('bare', undefined);
  assert.deepEqual(others, []);
  assert.deepEqual(finding!.slice(0, 3), ['warning', 'tokenizer-unknown', 'teacher.checkpoint']);
  assert.match(finding![3]!, /^The teacher in bare has no tokenizer\.json, so it is not known which tokens/);
});

test('the tokenizer of a model that is made smaller is its own', async () => {
  const of = async (tokenizer?: object) =>
    (
      await check(folder, {
        dataset: { ...novel, ...(tokenizer && { tokenizer }) },
        student: undefined,
        strategy: { kind: 'quantize', of: 'teacher', scheme: 'float16' },
        teacher: { checkpoint: 'teacher' },
      })
    ).flatMap(({ code }) => (/token|vocabulary/.test(code) ? [code] : []));
  assert.deepEqual(await of(), []);
  assert.deepEqual(await of({ kind: 'words' }), ['tokenizer']);
});

test('a classifier with another tokenizer is refused, and its own is taken', async () => {
  const { vocab } = JSON.parse(readFileSync(join(tokenizers, 'wordpiece/tokenizer.json'), 'utf8')).model;
  await stored('classifier', Object.keys(vocab).length, undefined, 'classification');
  cpSync(join(tokenizers, 'wordpiece/tokenizer.json'), join(folder, 'classifier/tokenizer.json'));
  const of = async (tokenizer?: object) =>
    (
      await check(folder, {
        dataset: {
          kind: 'text-classification',
          train: 'rows.csv',
          test: 'rows.csv',
          maxLength: 8,
          ...(tokenizer && { tokenizer }),
        },
        teacher: { checkpoint: 'classifier' },
        student: { model: { architecture: 'bert', hiddenSize: 4, layers: 1, heads: 2 } },
        strategy: { kind: 'response' },
      })
    )
      .filter(({ code }) => /token/.test(code))
      .map(({ message }) => message);
  assert.deepEqual(await of(), []);
  // Its special tokens are those of words, so the texts are read to tell.
  const [words] = await of({ kind: 'words', minCount: 1 });
  assert.match(words!, /id 4 is "a" to the data and "\[MASK\]" to the teacher/);
});
