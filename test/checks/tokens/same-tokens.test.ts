import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, stored, told } from './told.ts';

/** A tokenizer of pairs of letters, with what differs from the usual one. */
function pairsJson(
  changes: { model?: object; normalizer?: object; pre_tokenizer?: object; added_tokens?: object[] } = {},
) {
  const { model, ...others } = changes;
  return JSON.stringify({
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      vocab: { t: 0, h: 1, e: 2, th: 3, he: 4, the: 5 },
      merges: ['t h', 'h e', 'th e'],
      ...model,
    },
    ...others,
  });
}

const scored = (the: number) =>
  pairsJson({
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: ['<unk>', 't', 'h', 'e', 'th', 'the'].map((piece, id) => [piece, id === 5 ? the : -id]),
      merges: undefined,
    },
  });

const sameTokens: [string, string, string, string | undefined, string?][] = [
  [
    'other merges',
    pairsJson(),
    pairsJson({ model: { merges: ['h e', 't h', 'th e'] } }),
    'merge 1 is "t h" for the teacher, but "h e" for the student',
    'error',
  ],
  [
    'a merge less',
    pairsJson(),
    pairsJson({ model: { merges: ['t h', 'h e'] } }),
    'merge 3 is "th e" for the teacher, but missing for the student',
    'error',
  ],
  [
    'another kind of model',
    pairsJson(),
    pairsJson({ model: { type: 'WordLevel', merges: undefined } }),
    'the model is BPE for the teacher, but WordLevel for the student',
    'error',
  ],
  [
    'other scores',
    scored(-5),
    scored(-1.5),
    'the score of "the" is -5 for the teacher, but -1.5 for the student',
    'error',
  ],
  [
    'another normalizer',
    pairsJson(),
    pairsJson({ normalizer: { type: 'Lowercase' } }),
    'normalizer is missing for the teacher, but Lowercase for the student',
    'warning',
  ],
  [
    'an option of the pre-tokenizer',
    pairsJson(),
    pairsJson({ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }),
    'pre_tokenizer.add_prefix_space is false for the teacher, but true for the student',
    'warning',
  ],
  [
    'an option of the model',
    pairsJson(),
    pairsJson({ model: { ignore_merges: true } }),
    'model.ignore_merges is missing for the teacher, but true for the student',
    'warning',
  ],
  [
    'an added token that takes the space before it',
    pairsJson({ added_tokens: [{ id: 5, content: 'the', lstrip: false }] }),
    pairsJson({ added_tokens: [{ id: 5, content: 'the', lstrip: true }] }),
    'the added token "the".lstrip is false for the teacher, but true for the student',
    'warning',
  ],
  [
    'merges in pairs and what is usual left out or written out',
    pairsJson(),
    pairsJson({
      model: {
        merges: [
          ['t', 'h'],
          ['h', 'e'],
          ['th', 'e'],
        ],
        dropout: null,
        unk_token: null,
        byte_fallback: false,
      },
      normalizer: { type: 'Sequence', normalizers: [] },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true }],
      },
    }),
    undefined,
  ],
];
for (const [what, teacher, student, difference, severity] of sameTokens)
  test(`tokenizers of the same tokens are told apart: ${what}`, async () => {
    await stored('pairs', 6, teacher);
    await stored('other-pairs', 6, student);
    const findings = await told('pairs', 'other-pairs');
    if (difference === undefined) return assert.deepEqual(findings, []);
    const said =
      severity === 'error'
        ? 'but cut texts into them by other rules'
        : 'but read some texts differently, so that the student gets other ids than it was trained with';
    assert.deepEqual(findings, [
      [
        severity,
        'tokenizer',
        'student.checkpoint',
        `The teacher and the student have the same tokens, ${said}: ${difference}.`,
        'Choose a student with the tokenizer of the teacher.',
      ],
    ]);
  });

test('the tokenizer that the data names is held against that of a model by its rules too', async () => {
  await stored('pairs', 6, pairsJson());
  writeFileSync(join(folder, 'lower.json'), pairsJson({ normalizer: { type: 'Lowercase' } }));
  const named = { kind: 'file', file: 'lower.json' };
  const [severity, , path, message] = (await told('pairs', undefined, named))[0]!;
  assert.deepEqual([severity, path], ['warning', 'dataset.tokenizer']);
  assert.match(
    String(message),
    /^The dataset’s tokenizer and the teacher’s have the same tokens, but read some/,
  );
  assert.match(String(message), /normalizer is Lowercase for the data, but missing for the teacher\.$/);
});
