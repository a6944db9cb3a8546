import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interruption } from '../../../src/base/interruption.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';
import { type GeneratedConfig, generated } from '../../../src/experiment/strategies/generated/record.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { generatedSplit } from '../../../src/training/generation/generated-split.ts';
import { sampleContinuations } from '../../../src/training/generation/sample-continuations.ts';
import { openTestDevice, temporaryDirectory } from '../support.ts';

const device = await openTestDevice();
const folder = temporaryDirectory();
for (const [name, times] of [
  ['train.txt', 12],
  ['test.txt', 4],
] as const)
  writeFileSync(join(folder, name), 'one two three four five six seven eight nine ten '.repeat(times));
writeFileSync(
  join(folder, 'rows.jsonl'),
  Array.from({ length: 12 }, (_, index) =>
    JSON.stringify({ text: ' and so on', prompt: `question ${'x'.repeat(index % 3)}` }),
  ).join('\n'),
);
const open = (changes: Record<string, unknown> = {}) =>
  openDataset(
    datasetSchema.parse({
      kind: 'language-model',
      train: 'train.txt',
      test: 'test.txt',
      tokenizer: { kind: 'bytes' },
      length: 24,
      ...changes,
    }),
    folder,
  );
const dataset = await open();

const teacherOf = ({ task }: typeof dataset, seed = 1) =>
  buildModel(
    modelSchema.parse({ architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 8 }),
    task,
    RandomGenerator.forUse(seed, 'weights'),
  );
const teacher = teacherOf(dataset);

const generate = (config: Partial<GeneratedConfig>, cache: string, changes = {}) =>
  generatedSplit({
    device,
    teacher,
    teacherHash: 'teacher one',
    config: generated.schema.parse({ kind: 'generated', promptLength: 10, samples: 5, ...config }),
    dataset,
    cacheDirectory: join(folder, cache),
    ...changes,
  });

function rowsOf({ split }: Awaited<ReturnType<typeof generate>>) {
  const { input, labels } = split.batch(
    Int32Array.from({ length: split.size }, (_, index) => index),
    split.size,
  );
  const length = input.ids!.shape[1]!;
  return Array.from({ length: split.size }, (_, row) => ({
    ids: [...input.ids!.data.slice(row * length, (row + 1) * length)],
    labels: [...labels.data.slice(row * length, (row + 1) * length)],
    real: [...input.mask!.data.slice(row * length, (row + 1) * length)].filter((one) => one > 0).length,
  }));
}

const fileOf = (cache: string) => {
  const [key] = readdirSync(join(folder, cache));
  return join(folder, cache, key!, 'generated.safetensors');
};

test('a sample is the beginning of a training sample, no target, and what the teacher wrote', async () => {
  const made = await generate({ samples: undefined }, 'whole');
  assert.equal(made.split.size, dataset.subset.size);
  const originals = dataset.subset.batch(
    Int32Array.from({ length: made.split.size }, (_, index) => index),
    made.split.size,
  );
  for (const [row, { ids, labels, real }] of rowsOf(made).entries()) {
    const original = [...originals.input.ids!.data.slice(row * 24, row * 24 + 10)];
    assert.deepEqual(ids.slice(0, 10), original);
    assert.deepEqual(labels.slice(0, 10), Array(10).fill(-100));
    assert.deepEqual(labels.slice(10, real), ids.slice(10, real));
    assert.ok(real > 10 && real <= 24);
  }
});

test('so many samples as are wanted: fewer, or several from one beginning, each its own', async () => {
  assert.equal((await generate({ samples: 3 }, 'few')).split.size, 3);
  const { size } = dataset.subset;
  const many = rowsOf(await generate({ samples: size + 2 }, 'many'));
  assert.equal(many.length, size + 2);
  assert.deepEqual(many[size]!.ids.slice(0, 10), many[0]!.ids.slice(0, 10));
  assert.notDeepEqual(many[size]!.ids, many[0]!.ids);
});

test('it is written once for all that it follows from, and anew for anything else', async () => {
  const first = await generate({}, 'once');
  assert.equal(first.found, false);
  const again = await generate({}, 'once');
  assert.equal(again.found, true);
  assert.deepEqual(rowsOf(again), rowsOf(first));
  const other = [
    generate({ temperature: 0.5 }, 'once'),
    generate({ topP: 0.5 }, 'once'),
    generate({ topK: 3 }, 'once'),
    generate({ seed: 1 }, 'once'),
    generate({ promptLength: 4 }, 'once'),
    generate({}, 'once', { teacherHash: 'teacher two' }),
    generate({}, 'once', { dataset: { ...dataset, fingerprint: 'other data' } }),
  ];
  assert.deepEqual(
    (await Promise.all(other)).map(({ found }) => found),
    other.map(() => false),
  );
  assert.notDeepEqual(rowsOf(await generate({ seed: 1 }, 'once')), rowsOf(first));
});

test('a broken file is written anew, with the same texts', async () => {
  const first = rowsOf(await generate({}, 'broken'));
  const file = fileOf('broken');
  const sound = readFileSync(file);
  const flipped = Buffer.from(sound);
  flipped[sound.length - 3]! ^= 1;
  for (const damaged of [sound.subarray(0, sound.length - 7), Buffer.from('not a file'), flipped]) {
    writeFileSync(file, damaged);
    const made = await generate({}, 'broken');
    assert.equal(made.found, false);
    assert.deepEqual(rowsOf(made), first);
    assert.deepEqual(readFileSync(file).subarray(-40), sound.subarray(-40));
  }
});

test('stopping leaves no file behind, and progress counts all tokens', async () => {
  let asked = 0;
  await assert.rejects(
    generate({}, 'stopped', { stopRequested: () => (++asked > 2 ? 'stop' : undefined) }),
    Interruption,
  );
  assert.throws(() => readFileSync(fileOf('stopped')), { code: 'ENOENT' });
  const progress: [number, number][] = [];
  await generate({ temperature: 0 }, 'stopped', {
    onProgress: (done: number, total: number) => progress.push([done, total]),
  });
  assert.deepEqual(progress.at(-1), [5 * 14, 5 * 14]);
});

test('prompts of the data are gone on with, and one that is too long is said', async () => {
  const rows = await open({
    train: 'rows.jsonl',
    samples: 'documents',
    promptColumn: 'prompt',
    test: 'rows.jsonl',
  });
  const made = await generate({ samples: undefined }, 'prompts', { dataset: rows, teacher: teacherOf(rows) });
  const decode = (ids: readonly number[]) => rows.tokenizer!.decode(ids);
  const prompts = rowsOf(made).map(({ ids, labels }) =>
    decode(
      ids.slice(
        0,
        labels.findIndex((one) => one >= 0),
      ),
    ),
  );
  assert.deepEqual(prompts.slice(0, 3), ['question ', 'question x', 'question xx']);
  await assert.rejects(
    generate({ promptLength: 24 }, 'long'),
    /No training sample is longer than a prompt of 24/,
  );
});

test('test texts are shown with how each model goes on, the same each time', async () => {
  const options = { device, dataset, seed: 4 };
  const models = [
    { name: 'student', model: teacherOf(dataset, 2) },
    { name: 'teacher', model: teacher },
  ];
  const samples = await sampleContinuations(models, options);
  assert.ok(samples.length > 0 && samples.length <= 3);
  for (const { prompt, reference, texts } of samples) {
    assert.ok('one two three four five six seven eight nine ten '.repeat(3).includes(prompt + reference));
    assert.equal(prompt.length, 12);
    assert.deepEqual(Object.keys(texts), ['student', 'teacher']);
    assert.notEqual(texts.student, texts.teacher);
  }
  assert.deepEqual(await sampleContinuations(models, options), samples);
  assert.notDeepEqual(await sampleContinuations(models, { ...options, seed: 5 }), samples);
});
