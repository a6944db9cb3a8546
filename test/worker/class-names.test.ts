import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { eventsOf, makeRun, ofType, runToEnd, temporaryDirectory } from './support.ts';

const project = temporaryDirectory();
const original = join(project, 'original');
const turned = join(project, 'turned');
const names = Array.from({ length: 10 }, (_, index) => String(index));
let accuracy: number;

interface Config {
  classNames?: string[];
}
const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config;
const writeConfig = (folder: string, config: Config) =>
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));

/** Rows of an output layer from the last to the first. */
function backwards(data: Float32Array): Float32Array {
  const width = data.length / names.length;
  return Float32Array.from(data, (_, at) => {
    const row = names.length - 1 - Math.floor(at / width);
    return data[row * width + (at % width)]!;
  });
}

async function run(name: string, changes: Partial<ExperimentInput>) {
  const directory = await makeRun(project, name, changes);
  const { code, output } = await runToEnd(directory);
  const events = await eventsOf(directory);
  const [result] = ofType(events, 'result');
  const doubts = ofType(events, 'warning').filter(({ doubt }) => doubt === 'class-names');
  return { code, output, directory, doubts, result: result?.result, failed: ofType(events, 'failed')[0] };
}

before(async () => {
  const { directory, result } = await run('first', {
    teacher: undefined,
    strategy: { kind: 'direct' },
    student: { model: { architecture: 'mlp', hidden: [24] } },
    training: { epochs: 6, batchSize: 16, learningRate: 0.01 },
  });
  accuracy = result!.student.accuracy!;
  assert.ok(accuracy > 0.5, `${accuracy}`);
  cpSync(directory.studentDirectory, original, { recursive: true });
  assert.deepEqual(configOf(original).classNames, names);
  // The same model as somebody would have trained it who counts the classes from the last.
  cpSync(original, turned, { recursive: true });
  const { tensors, metadata } = await readSafetensors(join(original, 'model.safetensors'));
  const changed = new Map(tensors);
  for (const part of ['classifier.weight', 'classifier.bias']) {
    const tensor = tensors.get(part)!;
    changed.set(part, { ...tensor, data: backwards(tensor.data as Float32Array) });
  }
  await writeSafetensors(join(turned, 'model.safetensors'), changed, metadata);
  writeConfig(turned, { ...configOf(original), classNames: names.toReversed() });
});

for (const [what, changes] of Object.entries<Partial<ExperimentInput>>({
  'a teacher': { teacher: { checkpoint: turned }, strategy: { kind: 'response' } },
  'a quantized model': {
    teacher: undefined,
    student: undefined,
    strategy: { kind: 'quantize', of: turned, scheme: 'int8-weights', keepEnds: false },
  },
  'a pruned model': {
    teacher: undefined,
    student: undefined,
    strategy: { kind: 'prune', of: turned, method: 'magnitude', sparsity: 0.1 },
    training: { epochs: 1, learningRate: 1e-8 },
  },
  'a student that goes on': {
    teacher: undefined,
    student: { checkpoint: turned },
    strategy: { kind: 'direct' },
    training: { epochs: 1, learningRate: 1e-8 },
  },
  'a student of the teacher’s layers': {
    teacher: { checkpoint: turned },
    student: { model: { architecture: 'mlp', hidden: [24] }, teacherLayers: [1] },
    strategy: { kind: 'direct' },
    training: { epochs: 1, learningRate: 1e-8 },
  },
}))
  test(`with its classes in another order, ${what} is as good as before, and its classes are the dataset’s`, async () => {
    const { code, output, directory, result, doubts } = await run(what.replaceAll(/\W/g, '-'), changes);
    assert.equal(code, 0, output);
    assert.deepEqual(doubts, []);
    if (result!.teacher) assert.equal(result!.teacher.accuracy, accuracy);
    if (changes.strategy?.kind !== 'response')
      assert.ok(Math.abs(result!.student.accuracy! - accuracy) <= 0.05, `${result!.student.accuracy}`);
    assert.deepEqual(configOf(directory.studentDirectory).classNames, names);
  });

test('signals of the same weights in another order of classes are never taken for each other', async () => {
  const teacher = { checkpoint: join(project, 'plain') };
  cpSync(turned, teacher.checkpoint, { recursive: true });
  writeConfig(teacher.checkpoint, { ...configOf(turned), classNames: undefined });
  const mistaken = await run('by-position', { teacher });
  assert.ok(mistaken.result!.teacher!.accuracy! < 0.2);
  writeConfig(teacher.checkpoint, configOf(turned));
  const right = await run('by-name', { teacher });
  assert.equal(right.result!.teacher!.accuracy, accuracy);
  assert.ok(right.result!.student.accuracy! > mistaken.result!.student.accuracy!);
});

test('a teacher of other classes puts the result in doubt, one that contradicts the data is refused', async () => {
  await openDevice('cpu');
  const bert = modelSchema.parse({ architecture: 'bert', hiddenSize: 8, layers: 1, heads: 2 });
  const text = { goal: 'classification', vocabulary: 259, length: 16, padId: 256 } as const;
  const model = buildModel(bert, { classes: 2, text }, RandomGenerator.forUse(1, 'weights'));
  for (const name of ['cat', 'good'])
    await saveModel(model, join(project, name), { classNames: [name, 'other'] });
  writeFileSync(join(project, 'texts.csv'), `text,label\n${'fine,good\nawful,bad\n'.repeat(40)}`);
  const changes = (checkpoint: string): Partial<ExperimentInput> => ({
    dataset: {
      kind: 'text-classification',
      train: 'texts.csv',
      maxLength: 16,
      tokenizer: { kind: 'bytes' },
    },
    teacher: { checkpoint },
    student: { model: bert },
    training: { epochs: 1 },
  });
  const { code, output, doubts } = await run('doubted', changes('cat'));
  assert.equal(code, 0, output);
  assert.match(doubts[0]!.message, /"cat", "other".*"bad", "good"/);
  const refused = await run('refused', changes('good'));
  assert.equal(refused.code, 2);
  assert.match(refused.failed!.message, /"good", "other".*"bad", "good"/);
});
