import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encode } from 'fast-png';
import { UserError } from '../../src/base/user-error.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { datasetSchema } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { check, temporaryFolder, writeFiles } from './support.ts';

const rows = (count: number, label = (index: number) => (index % 2 ? 'yes' : 'no')) =>
  `text,label\n${Array.from({ length: count }, (_, index) => `good words ${index},${label(index)}`).join('\n')}\n`;
const lines = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join('\n');
const image = (side: number) =>
  encode({ width: side, height: side, channels: 1, depth: 8, data: new Uint8Array(side * side) });
const long = { prompt: 'one two three four five six seven eight nine', text: 'ten' };

const folder = await temporaryFolder();
await writeFiles(folder, {
  'good.csv': rows(40),
  'one-class.csv': rows(20, () => 'yes'),
  'late.csv': `${rows(30)}unlabelled and short\n`,
  'late.jsonl': `${lines(Array.from({ length: 30 }, (_, i) => ({ text: `t${i}`, label: i % 2 })))}\n{"text": 5, "label": 1}\n`,
  'maybe.csv': `${rows(20)}perhaps,maybe\n`,
  'gaps.csv': `${rows(20)},yes\nno label,\n`,
  'nothing.csv': 'text,label\n,yes\n',
  'rare.csv': 'text,label\none,yes\ntwo,no\nthree,yes\nfour,no\n',
  'prompts.jsonl': lines([long, long, long]),
  'some.jsonl': lines([
    ...Array.from({ length: 20 }, (_, i) => ({ prompt: 'one two', text: `three ${i}` })),
    long,
  ]),
  'tiny.txt': '',
  'long.txt': 'one two three four '.repeat(200),
  'uneven/a/0.png': image(4),
  'uneven/a/1.png': image(4),
  'uneven/b/0.png': image(4),
  'uneven/b/1.png': image(5),
  'images/a/0.png': image(4),
  'images/a/1.png': image(4),
  'images/a/2.png': image(4),
  'images/b/0.png': image(4),
  'images/b/1.png': image(4),
  'images/b/2.webp': 'RIFF',
  'other/a/0.png': image(4),
  'other/c/0.png': image(4),
  'empty/a/0.png': image(4),
  'cut/data_batch_1.bin': 'x'.repeat(3072),
});
await mkdir(join(folder, 'empty', 'b'));
await symlink(join(folder, 'images', 'a', '0.png'), join(folder, 'images', 'b', 'link.png'));

const texts = { kind: 'text-classification', train: 'good.csv', maxLength: 16 };
const novel = { kind: 'language-model', train: 'long.txt', length: 8 };
const prompts = { ...novel, samples: 'documents', promptColumn: 'prompt' };
const encoder = { model: { architecture: 'bert', hiddenSize: 8, layers: 1, heads: 1 } };
const decoder = { model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 1 } };
const mlp = { model: { architecture: 'mlp', hidden: [4] } };
const student = (kind: unknown) =>
  kind === 'text-classification' ? encoder : kind === 'language-model' ? decoder : mlp;

const refused: [string, string, Record<string, unknown>][] = [
  ['one class only', 'train', { ...texts, train: 'one-class.csv' }],
  ['a short row far down', 'train', { ...texts, train: 'late.csv' }],
  ['a text that is a number far down', 'train', { ...texts, train: 'late.jsonl' }],
  ['a label of the test that is no class', 'test', { ...texts, test: 'maybe.csv' }],
  ['a class that has no text', 'train', { ...texts, classes: ['no', 'yes', 'never'] }],
  ['no row with a text and a label', 'train', { ...texts, train: 'nothing.csv' }],
  ['no word frequent enough', 'tokenizer', { ...texts, train: 'rare.csv' }],
  ['a labelled subset larger than what is left', 'labelledSubset', { ...texts, labelledSubset: 30 }],
  ['a labelled subset smaller than the classes', 'labelledSubset', { ...texts, labelledSubset: 1 }],
  ['a limit below the number of classes', 'trainLimit', { ...texts, trainLimit: 1 }],
  ['no text to learn', 'train', { ...novel, train: 'tiny.txt' }],
  ['no text to test', 'test', { ...novel, test: 'tiny.txt' }],
  ['only prompts that fill a sample', 'length', { ...prompts, train: 'prompts.jsonl', test: 'some.jsonl' }],
  ['only such prompts in the test', 'length', { ...prompts, train: 'some.jsonl', test: 'prompts.jsonl' }],
  ['images of two sizes', 'train', { kind: 'image-folder', train: 'uneven', testFraction: 0.5 }],
  ['a class without images', 'train', { kind: 'image-folder', train: 'empty' }],
  ['another class in the test', 'test', { kind: 'image-folder', train: 'images', test: 'other' }],
  [
    'an image subset too large',
    'labelledSubset',
    { kind: 'image-folder', train: 'images', labelledSubset: 50 },
  ],
  ['CIFAR that is cut off', 'folder', { kind: 'cifar', folder: 'cut' }],
];
for (const [title, option, dataset] of refused)
  test(`check says what the run would refuse of its data: ${title}`, async () => {
    const error = await openDataset(datasetSchema.parse(dataset), folder).then(
      () => assert.fail('the run would accept it'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError);
    const problems = await check(folder, { dataset, student: student(dataset.kind) });
    const errors = problems.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors.map(({ message, path }) => [message, path.join('.')]),
      [[error.message, `dataset.${option}`]],
    );
  });

const remarked: [string, Record<string, unknown>, readonly string[]][] = [
  ['rows left out', { ...texts, train: 'gaps.csv' }, ['data-left-out']],
  ['texts that are tested and learned', { ...texts, test: 'good.csv' }, ['duplicate-samples']],
  ['prompts that are too long', { ...prompts, train: 'some.jsonl', validation: 0 }, ['prompts']],
  ['images left out', { kind: 'image-folder', train: 'images', validation: 0 }, ['data-left-out']],
];
for (const [title, dataset, kinds] of remarked)
  test(`check warns of what the run would say of its data: ${title}`, async () => {
    const { remarks } = await openDataset(datasetSchema.parse(dataset), folder);
    const said = remarks!.filter(({ kind }) => kinds.includes(kind!)).map(({ message }) => message);
    assert.ok(said.length > 0);
    const problems = await check(folder, { dataset, student: student(dataset.kind) });
    const warned = problems.filter(({ code }) => kinds.includes(code));
    assert.deepEqual(
      warned.map(({ message, severity }) => [message, severity]),
      said.map((one) => [one, 'warning']),
    );
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

test('a file that changed is read again by the next check', async () => {
  await writeFile(join(folder, 'changing.csv'), rows(20));
  const dataset = { ...texts, train: 'changing.csv' };
  const errors = async () =>
    (await check(folder, { dataset, student: encoder })).filter(({ severity }) => severity === 'error')
      .length;
  assert.equal(await errors(), 0);
  await writeFile(
    join(folder, 'changing.csv'),
    rows(20, () => 'yes'),
  );
  assert.equal(await errors(), 1);
});

test('check refuses a teacher whose head does not tell classes apart, as the run does', async () => {
  await openDevice('cpu');
  const config = modelSchema.parse({ ...encoder.model, intermediateSize: 8 });
  const save = async (name: string, classes: number, change: object) => {
    const text = { goal: 'classification' as const, vocabulary: 40, length: 16, padId: 0 };
    const model = buildModel(config, { classes, text }, RandomGenerator.forUse(1, 'test'));
    await saveModel(model, join(folder, name));
    model.dispose();
    const file = join(folder, name, 'config.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
    const problems = await check(folder, {
      dataset: texts,
      teacher: { checkpoint: name },
      student: encoder,
      strategy: { kind: 'response' },
    });
    return problems.flatMap(({ severity, code }) => (severity === 'error' ? [code] : []));
  };
  assert.deepEqual(await save('sound', 2, {}), []);
  assert.deepEqual(await save('regression', 2, { problem_type: 'regression' }), ['teacher-task']);
  assert.deepEqual(await save('multi-label', 2, { problem_type: 'multi_label_classification' }), [
    'teacher-task',
  ]);
  assert.deepEqual(await save('single', 1, { problem_type: null }), ['teacher-task']);
  assert.deepEqual(await save('three', 3, {}), ['class-count']);
});
