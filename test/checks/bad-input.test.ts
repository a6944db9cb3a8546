import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../src/data/open-dataset.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { experimentSchema } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { contextFor, modelOf, partsFor } from '../strategies/support.ts';
import { check, datasetFolder, labels } from './support.ts';

/*
 * Every bad input that users are known to give, and what they are told of it before anything is trained. Details of
 * each lie with the tests of the room that finds it.
 */

await openDevice('cpu');
const rows = (count: number) => `text,label\n${'yes indeed,yes\nno way,no\n'.repeat(count)}`;
const questions = [
  { prompt: 'one two three four five', text: 'six' },
  { prompt: 'one two', text: 'three four' },
].map((row) => `${JSON.stringify(row)}\n`);
const folder = await datasetFolder({
  'train.csv': rows(20),
  'test.csv': rows(4),
  'words.txt': 'the whale swam on and on. '.repeat(50),
  'questions.jsonl': questions.join('').repeat(20),
});

const words = { tokenizer: { kind: 'words' } };
const mails = { kind: 'text-classification', train: 'train.csv', test: 'test.csv', maxLength: 8, ...words };
const novel = { kind: 'language-model', train: 'words.txt', test: 'words.txt', length: 16, ...words };
const mlp = (...hidden: number[]) => ({ model: { architecture: 'mlp', hidden } });
const gpt2 = (more: object = {}) => ({
  model: { architecture: 'gpt2', hiddenSize: 16, layers: 2, heads: 2, ...more },
});
const bert = { model: { architecture: 'bert', hiddenSize: 16, layers: 2, heads: 2 } };

/** Saves a language model of so many tokens. */
async function stored(name: string, vocabulary: number): Promise<string> {
  const text = { goal: 'language-model', vocabulary, length: 16, padId: 0 } as const;
  const config = modelSchema.parse(gpt2().model);
  const model = buildModel(config, { classes: vocabulary, text }, RandomGenerator.forUse(1, name));
  await saveModel(model, join(folder, name), { maxShardBytes: 8000 });
  model.dispose();
  return name;
}

async function refused(changes: object, path: string, message: RegExp): Promise<void> {
  const errors = (await check(folder, changes as Record<string, unknown>)).filter(
    ({ severity }) => severity === 'error',
  );
  assert.equal(errors.length, 1, JSON.stringify(errors));
  assert.equal(errors[0]!.path.join('.'), path);
  assert.match(errors[0]!.message, message);
  assert.ok(errors[0]!.remedy, 'says what to write instead');
}

/** What opening the data says, which comes before any training. */
async function unopened(dataset: object, message: RegExp): Promise<void> {
  const experiment = experimentSchema.parse({
    name: 'x',
    student: bert,
    strategy: { kind: 'direct' },
    dataset,
  });
  await assert.rejects(openDataset(experiment.dataset, folder), (error: Error) => {
    assert.equal(error.name, 'UserError');
    assert.match(error.message, message);
    return true;
  });
}

test('vocabularies that differ', async () => {
  const pair = {
    teacher: { checkpoint: await stored('lm30', 30) },
    student: { checkpoint: await stored('lm40', 40) },
  };
  for (const kind of ['sequence', 'response'])
    await refused(
      { dataset: novel, ...pair, strategy: { kind } },
      'student.checkpoint',
      /teacher knows 30 tokens, the student 40/,
    );
});

test('layer maps out of range', () =>
  refused(
    {
      teacher: mlp(8, 8),
      strategy: { kind: 'feature', layers: [{ student: 1, teacher: 5 }] },
    },
    'strategy.layers',
    /Layer 5 of the teacher is not there: its last layer is 2/,
  ));

test('feature maps of different rank', () =>
  refused(
    {
      teacher: { model: { architecture: 'cnn', channels: [8], dense: 16 } },
      strategy: { kind: 'feature', layers: [{ student: 1, teacher: 1 }] },
    },
    'strategy.layers',
    /student gives vectors of 4, layer 1 of the teacher a feature map of 4×4×8/,
  ));

test('hidden size not divisible by heads', () =>
  refused(
    { dataset: novel, student: gpt2({ heads: 3 }) },
    'student.model',
    /hiddenSize 16 cannot be divided among 3 heads/,
  ));

test('a missing shard', async () => {
  await stored('shards', 30);
  const shard = (await readdir(join(folder, 'shards'))).filter((name) => name.includes('-of-')).sort()[1]!;
  await rm(join(folder, 'shards', shard));
  const changes = { dataset: novel, teacher: { checkpoint: 'shards' }, student: gpt2() };
  await refused(
    { ...changes, strategy: { kind: 'sequence' } },
    'teacher.checkpoint',
    new RegExp(`lacks 1 of the \\d+ files .*${shard}`),
  );
});

test('a truncated or hostile safetensors header', async () => {
  const model = buildModel(
    modelSchema.parse(mlp(4).model),
    { classes: 3, image: [8, 8, 1] },
    RandomGenerator.forUse(1, 'x'),
  );
  await saveModel(model, join(folder, 'sound'));
  const file = 'model.safetensors';
  const bytes = await readFile(join(folder, 'sound', file));
  const header = (change: (text: string) => string): Buffer => {
    const length = Number(bytes.readBigUInt64LE(0));
    const text = Buffer.from(change(bytes.subarray(8, 8 + length).toString()));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([prefix, text, bytes.subarray(8 + length)]);
  };
  const huge = Buffer.from(bytes);
  huge.writeBigUInt64LE(2n ** 63n, 0);
  const kinds: [string, Buffer, RegExp][] = [
    ['cut', bytes.subarray(0, 100), /its header claims/],
    ['huge', huge, /its header claims 9223372036854775808 bytes/],
    [
      'type',
      header((text) => text.replace('"F32"', '"I32"')),
      /is stored as I32, not as a floating-point type/,
    ],
    ['unknown', header((text) => text.replace('"F32"', '"F12"')), /element type F12, which is not known/],
    [
      'overlap',
      header((text) => text.replaceAll(/\[(\d+),(\d+)\]\}/g, (_, from, to) => `[0,${to - from}]}`)),
      /overlap|share|lies/,
    ],
  ];
  for (const [name, content, message] of kinds) {
    await cp(join(folder, 'sound'), join(folder, name), { recursive: true });
    await writeFile(join(folder, name, file), content);
    await refused({ student: { checkpoint: name } }, 'student.checkpoint', message);
  }
});

test('an empty class', async () => {
  const dataset = {
    kind: 'idx',
    train: { images: 'train-images', labels: 'no-ones' },
    test: { images: 'test-images', labels: 'test-labels' },
  };
  const content = labels(60).map((value, at) => (at >= 8 && value === 1 ? 2 : value));
  await writeFile(join(folder, 'no-ones'), content);
  await refused({ dataset }, 'dataset.train.labels', /^Class 1 has no training sample/);
  await unopened({ ...mails, classes: ['yes', 'no', 'never'] }, /"never" has no text/);
});

test('labels out of range', async () => {
  await writeFile(join(folder, 'four'), labels(12, 4));
  const dataset = {
    kind: 'idx',
    train: { images: 'train-images', labels: 'train-labels' },
    test: { images: 'test-images', labels: 'four' },
  };
  await refused({ dataset }, 'dataset.test.labels', /3/);
  await unopened({ ...mails, classes: ['yes', 'maybe'] }, /no/);
});

test('a text column that is not there', async () => {
  await unopened({ ...mails, textColumn: 'body' }, /no column "body"/);
});

test('batches in which every token is masked: such samples are left out, and the loss of such a batch is 0', async () => {
  const experiment = experimentSchema.parse({
    name: 'x',
    student: gpt2(),
    strategy: { kind: 'direct' },
    dataset: {
      ...novel,
      train: 'questions.jsonl',
      test: 'questions.jsonl',
      samples: 'documents',
      promptColumn: 'prompt',
      length: 4,
    },
  });
  const { train } = await openDataset(experiment.dataset, folder);
  assert.equal(train.size, 18);
  const { labels: targets } = train.batch(
    Int32Array.from({ length: train.size }, (_, at) => at),
    train.size,
  );
  const width = targets.shape[1]!;
  let masked = 0;
  for (let row = 0; row < train.size; row++) {
    const own = targets.data.subarray(row * width, (row + 1) * width);
    masked += own.filter((label) => label === -100).length;
    assert.ok(
      own.subarray(1).some((label) => label >= 0),
      `sample ${row}`,
    );
  }
  assert.ok(masked > 0);
  const direct = createStrategy({ kind: 'direct' }).attach(partsFor(modelOf(mlp(4).model)));
  const { labels: loss } = direct.loss(contextFor(tf.ones([1, 3, 5]), [[-100, -100, -100]]));
  assert.equal((await loss!.value.data())[0], 0);
});

test('a peer count of one', () =>
  refused({ strategy: { kind: 'online', peers: 1 } }, 'strategy.peers', /from 2 to 8, but is 1/));

test('exits of a language model, and of a student of one layer', async () => {
  await refused(
    { dataset: novel, student: gpt2(), strategy: { kind: 'self' } },
    'strategy',
    /Exits classify samples, but a model of architecture "gpt2" continues texts/,
  );
  await refused({ strategy: { kind: 'self' } }, 'strategy', /only one/);
});
