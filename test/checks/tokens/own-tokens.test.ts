import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../support.ts';
import { folder, novel, stored } from './told.ts';

const words = (...tokens: string[]) =>
  JSON.stringify({
    added_tokens: [],
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(['[UNK]', ...tokens].map((token, id) => [token, id])),
      unk_token: '[UNK]',
    },
  });
await stored('teacher', 5, words('the', 'cat', 'sat', 'dog'));
await stored('other', 5, words('sat', 'dog', 'the', 'mouse'));

/** What the checks say of an experiment on texts: severity, code and place of each, and the message of the first. */
async function told(changes: object) {
  const problems = await check(folder, {
    dataset: { ...novel, tokenizer: { kind: 'bytes' } },
    teacher: {
      model: { architecture: 'gpt2', hiddenSize: 16, layers: 1, heads: 2 },
      tokenizer: { kind: 'words' },
    },
    student: { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 } },
    strategy: { kind: 'sequence', across: 'gold' },
    ...changes,
  });
  const own = problems.filter(({ code }) => !/samples|larger|validation/.test(code));
  return { codes: own.map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`), own };
}

test('a teacher of its own tokens goes with strategies that compare nothing token by token', async () => {
  for (const strategy of [
    { kind: 'sequence', across: 'gold' },
    { kind: 'sequence', across: 'uld' },
    { kind: 'generated', promptLength: 2 },
    { kind: 'direct' },
    { kind: 'combined', terms: [{ kind: 'sequence', across: 'uld' }] },
  ])
    assert.deepEqual((await told({ strategy })).codes, [], JSON.stringify(strategy));
  for (const strategy of [
    { kind: 'sequence' },
    { kind: 'response' },
    { kind: 'feature' },
    { kind: 'relation' },
  ]) {
    const { own, codes } = await told({ strategy });
    assert.deepEqual(codes, ['error own-tokens strategy.kind']);
    assert.match(own[0]!.remedy!, /"across": "gold".*"uld".*"generated"/);
  }
});

test('what does not go together is refused, and said where it stands', async () => {
  const model = { architecture: 'gpt2', hiddenSize: 16, layers: 1, heads: 2 };
  const codes = async (changes: object) => (await told(changes)).codes;
  assert.deepEqual(await codes({ teacher: { model } }), ['error own-tokens strategy.across']);
  assert.deepEqual(await codes({ student: { teacherLayers: [1] } }), [
    'error own-tokens student.teacherLayers',
  ]);
  assert.deepEqual(
    await codes({
      strategy: { kind: 'combined', terms: [{ kind: 'sequence', across: 'gold' }, { kind: 'response' }] },
    }),
    ['error layers strategy.terms'],
  );
  assert.deepEqual(await codes({ teacher: { model, length: 8 }, strategy: { kind: 'direct' } }), [
    'warning unused-option teacher.length',
  ]);
  assert.deepEqual(await codes({ strategy: { kind: 'sequence', across: 'uld', divergence: 'jsd' } }), [
    'warning unused-option strategy.divergence',
  ]);
  assert.deepEqual(await codes({ strategy: { kind: 'quantize', scheme: 'float16' }, student: undefined }), [
    'error own-tokens teacher.tokenizer',
  ]);
});

test('checkpoints of different tokens are each read by their own, and how much is the same is said', async () => {
  const both = {
    dataset: novel,
    teacher: { checkpoint: 'teacher' },
    student: { checkpoint: 'other' },
    strategy: { kind: 'sequence', across: 'gold' },
  };
  const { own, codes } = await told(both);
  assert.deepEqual(codes, ['warning across-tokenizers strategy.across']);
  assert.match(own[0]!.message, /^\d of the teacher’s \d+ \(\d+\.\d %\) tokens and of the student’s/);
  assert.deepEqual((await told({ ...both, dataset: { ...novel, tokenizer: { kind: 'bytes' } } })).codes, [
    'error tokenizer dataset.tokenizer',
    'warning across-tokenizers strategy.across',
  ]);
  const bytes = await told({ ...both, teacher: { checkpoint: 'teacher', tokenizer: { kind: 'bytes' } } });
  assert.ok(bytes.codes.includes('error tokenizer teacher.tokenizer'), bytes.codes.join());
});
