import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileTokenizer } from '../../../src/data/text/tokenizers/file-tokenizer.ts';
import { check, datasetFolder } from '../support.ts';
import { storedModels } from './stored-models.ts';

const tokenizers = join(import.meta.dirname, '../../fixtures/tokenizers');
const folder = await datasetFolder({
  'text.txt': 'the cat sat the dog sat '.repeat(60),
  'rows.csv': 'text,label\na,x\nb,y\n'.repeat(9),
});
const stored = storedModels(folder);

const around = (before: [string, number][], behind: [string, number][]) => ({
  type: 'TemplateProcessing',
  single: [
    ...before.map(([id]) => ({ SpecialToken: { id, type_id: 0 } })),
    { Sequence: { id: 'A', type_id: 0 } },
    ...behind.map(([id]) => ({ SpecialToken: { id, type_id: 0 } })),
  ],
  pair: [],
  special_tokens: Object.fromEntries(
    [...before, ...behind].map(([id, number]) => [id, { id, ids: [number], tokens: [id] }]),
  ),
});

/** Of a tokenizer as it was saved, another post_processor, and what is said of the two as teacher and student. */
const templates: [string, 'classification' | 'language-model', unknown, string | undefined][] = [
  [
    'wordpiece',
    'classification',
    null,
    'before a text stands "[CLS]" for the teacher, but nothing for the student; behind a text stands "[SEP]" for the teacher, but nothing for the student',
  ],
  [
    'wordpiece',
    'classification',
    around([['[CLS]', 2]], []),
    'behind a text stands "[SEP]" for the teacher, but nothing for the student',
  ],
  [
    'wordpiece',
    'classification',
    { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] },
    undefined,
  ],
  ['cased', 'classification', around([['[CLS]', 2]], [['[SEP]', 3]]), undefined],
  [
    'cased',
    'classification',
    { type: 'BertProcessing', cls: ['[SEP]', 3], sep: ['[SEP]', 3] },
    'before a text stands "[CLS]" for the teacher, but "[SEP]" for the student',
  ],
  ['roberta', 'classification', around([['<s>', 0]], [['</s>', 2]]), undefined],
  [
    'roberta',
    'classification',
    around(
      [['<s>', 0]],
      [
        ['</s>', 2],
        ['</s>', 2],
      ],
    ),
    'behind a text stands "</s>" for the teacher, but "</s>" "</s>" for the student',
  ],
  [
    'llama',
    'language-model',
    null,
    'before a text stands "<s>" for the teacher, but nothing for the student',
  ],
  ['llama', 'language-model', around([['<s>', 1]], [['</s>', 2]]), undefined],
  [
    'llama3',
    'language-model',
    { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    'before a text stands "<|begin_of_text|>" for the teacher, but nothing for the student',
  ],
  ['gpt2', 'language-model', null, undefined],
  [
    'qwen',
    'language-model',
    around([['<|endoftext|>', 340]], []),
    'before a text stands nothing for the teacher, but "<|endoftext|>" for the student',
  ],
];
for (const [name, goal, other, difference] of templates)
  test(`special tokens around a text are compared: ${name} and ${JSON.stringify(other)}`, async () => {
    const text = readFileSync(join(tokenizers, name, 'tokenizer.json'), 'utf8');
    const { vocabulary } = await fileTokenizer(join(tokenizers, name, 'tokenizer.json'));
    const given = JSON.parse(text);
    await stored('as-saved', vocabulary, text, goal);
    await stored('with-other', vocabulary, JSON.stringify({ ...given, post_processor: other }), goal);
    const rows = { train: 'rows.csv', test: 'rows.csv', maxLength: 8 };
    const problems = await check(folder, {
      dataset:
        goal === 'language-model'
          ? { kind: 'language-model', train: 'text.txt', length: 8 }
          : { kind: 'text-classification', ...rows },
      teacher: { checkpoint: 'as-saved' },
      student: { checkpoint: 'with-other' },
      strategy: { kind: 'response' },
    });
    assert.deepEqual(
      problems
        .filter(({ code }) => code === 'tokenizer')
        .map(({ severity, path, message }) => [severity, path.join('.'), message]),
      difference === undefined
        ? []
        : [
            [
              'error',
              'student.checkpoint',
              `The teacher and the student have the same tokens, but put other special tokens around every text: ${difference}.`,
            ],
          ],
    );
  });
