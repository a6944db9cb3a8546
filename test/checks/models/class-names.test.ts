import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { check, temporaryFolder, told, writeFiles } from '../support.ts';

await openDevice('cpu');
const folder = await temporaryFolder();
const bert = modelSchema.parse({ architecture: 'bert', hiddenSize: 8, layers: 1, heads: 2 });

async function save(name: string, classNames: string[]): Promise<void> {
  const text = { goal: 'classification', vocabulary: 259, length: 16, padId: 256 } as const;
  const task = { classes: classNames.length, text };
  const model = buildModel(bert, task, RandomGenerator.forUse(1, 'weights'));
  await saveModel(model, join(folder, name), { classNames });
  model.dispose();
}
await save('same', ['no', 'yes']);
await save('turned', ['YES', 'no']);
await save('unnamed', ['LABEL_0', 'LABEL_1']);
await save('animals', ['cat', 'dog']);
await save('half', ['yes', 'perhaps']);
await save('three', ['no', 'perhaps', 'yes']);
await writeFiles(folder, { 'train.csv': `text,label\n${'good,yes\nbad,no\n'.repeat(30)}` });

const dataset = {
  kind: 'text-classification',
  train: 'train.csv',
  maxLength: 16,
  tokenizer: { kind: 'bytes' },
};
const problems = async (changes: object) =>
  told(
    await check(folder, {
      dataset,
      student: { model: bert },
      strategy: { kind: 'response' },
      ...changes,
    }),
  ).filter(({ code }) => code.startsWith('class-'));

for (const name of ['same', 'turned', 'unnamed'])
  test(`a teacher whose classes are ${name} is accepted`, async () =>
    assert.deepEqual(await problems({ teacher: { checkpoint: name } }), []));

test('a teacher of other classes is doubted, one that has a class at another place refused', async () => {
  const [doubted] = await problems({ teacher: { checkpoint: 'animals' } });
  assert.deepEqual([doubted?.severity, doubted?.path], ['warning', 'teacher.checkpoint']);
  assert.match(doubted!.message, /"cat", "dog".*"no", "yes"/);
  const [refused] = await problems({ teacher: { checkpoint: 'half' } });
  assert.deepEqual([refused?.severity, refused?.path], ['error', 'teacher.checkpoint']);
  assert.match(refused!.message, /"yes", "perhaps".*"no", "yes"/);
});

test('a teacher of texts with another number of classes is refused, with both lists', async () => {
  const [refused] = await problems({ teacher: { checkpoint: 'three' } });
  assert.deepEqual([refused?.severity, refused?.code], ['error', 'class-count']);
  assert.match(refused!.message, /3 classes.* 2: .*"no", "perhaps", "yes".*"no", "yes"/);
});

test('what is to be made smaller is looked at as a teacher is', async () => {
  const strategy = { kind: 'quantize', of: 'half' };
  const [refused] = await problems({ strategy, student: undefined });
  assert.deepEqual([refused?.severity, refused?.path], ['error', 'strategy.of']);
  const [ofTeacher] = await problems({ strategy: { kind: 'quantize' }, teacher: { checkpoint: 'half' } });
  assert.equal(ofTeacher?.path, 'teacher.checkpoint');
});

test('a student may have learned other classes before, and it is said', async () => {
  const [told] = await problems({ strategy: { kind: 'direct' }, student: { checkpoint: 'half' } });
  assert.deepEqual([told?.severity, told?.path], ['warning', 'student.checkpoint']);
  assert.match(told!.message, /"yes", "perhaps".*"no", "yes"/);
});

test('classes that were changed in the data are read again', async () => {
  await writeFiles(folder, { 'changing.csv': 'text,label\ngood,yes\nbad,no\n' });
  const changing = { ...dataset, train: 'changing.csv' };
  const of = async () => (await problems({ dataset: changing, teacher: { checkpoint: 'turned' } })).length;
  assert.equal(await of(), 0);
  await writeFiles(folder, { 'changing.csv': 'text,label\nmiaow,cat\nwoof,dog\n' });
  assert.equal(await of(), 1);
});

test('folders of images name the classes', async () => {
  for (const name of ['cat', 'dog']) mkdirSync(join(folder, 'pets', name), { recursive: true });
  const task = { classes: 2, image: [4, 4, 1] as const };
  const mlp = modelSchema.parse({ architecture: 'mlp', hidden: [4] });
  const model = buildModel(mlp, task, RandomGenerator.forUse(1, 'weights'));
  await saveModel(model, join(folder, 'birds'), { classNames: ['owl', 'wren'] });
  const [doubted] = await problems({
    dataset: { kind: 'image-folder', train: 'pets', height: 4, width: 4, colour: 'grey' },
    student: { model: mlp },
    teacher: { checkpoint: 'birds' },
  });
  assert.match(doubted!.message, /"owl", "wren".*"cat", "dog"/);
});
