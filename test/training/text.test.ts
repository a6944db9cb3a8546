import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TypedArray } from '@tensorflow/tfjs-core';
import type { Dataset, HostBatch, Split } from '../../src/data/dataset.ts';
import { openDataset } from '../../src/data/open-dataset.ts';
import type { HostTensor } from '../../src/device/device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { datasetSchema } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import type { TeacherNeeds, TeacherSignals } from '../../src/strategies/strategy.ts';
import { Evaluator } from '../../src/training/evaluation/evaluate.ts';
import { forwardBatchSize } from '../../src/training/evaluation/forward-batch.ts';
import { unprefixed } from '../../src/training/inputs.ts';
import { cachedSignals } from '../../src/training/teacher/teacher-signals.ts';
import { liveTeacher, type ReadyTeacher } from '../../src/training/teacher/teacher-source.ts';
import { openTestDevice, temporaryDirectory } from './support.ts';

const device = await openTestDevice();
const folder = temporaryDirectory();

const rows = Array.from({ length: 30 }, (_, index) => ({
  text: `text ${'again '.repeat((index * 7) % 11)}${index}`,
  label: index % 3 === 0 ? 'yes' : 'no',
}));
for (const name of ['train', 'test'])
  writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'));

const texts = await openDataset(
  datasetSchema.parse({
    kind: 'text-classification',
    train: 'train.jsonl',
    test: 'test.jsonl',
    tokenizer: { kind: 'bytes' },
  }),
  folder,
);
const language = await openDataset(
  datasetSchema.parse({
    kind: 'language-model',
    train: 'train.jsonl',
    test: 'test.jsonl',
    tokenizer: { kind: 'bytes' },
    samples: 'documents',
    length: 40,
  }),
  folder,
);

const modelOf = (architecture: 'bert' | 'gpt2', { task }: Dataset): Model =>
  buildModel(
    modelSchema.parse({ architecture, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12 }),
    task,
    RandomGenerator.forUse(1, 'weights'),
  );

const tensor = ({ data, shape, dtype }: HostTensor) => tf.tensor(data, [...shape], dtype);
const tensors = (host: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(host).map(([name, value]) => [name, tensor(value)]));

/** What a source gives for a batch, by name, in JavaScript memory. */
function read(source: ReadyTeacher, batch: HostBatch): Record<string, { data: TypedArray; shape: number[] }> {
  return tf.tidy(() => {
    const input = tensors(batch.input) as ModelInput;
    const { logits, topLogits, hiddenStates, pooled }: TeacherSignals = source.signals(
      input,
      tensors(source.inputs(batch)),
    );
    const named = {
      ...(logits && { logits }),
      ...(topLogits && {
        indices: topLogits.indices,
        logProbabilities: topLogits.logProbabilities,
        ...Object.fromEntries(
          [...topLogits.rest].map(([temperature, rest]) => [`rest.${temperature}`, rest]),
        ),
      }),
      ...Object.fromEntries([...hiddenStates].map(([layer, state]) => [`hidden.${layer}`, state])),
      ...Object.fromEntries([...pooled].map(([layer, state]) => [`pooled.${layer}`, state])),
    };
    return Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, { data: value.dataSync(), shape: value.shape }]),
    );
  });
}

/** Compares only real tokens of real samples: nothing else counts anywhere. */
function assertSame(
  dataset: Dataset,
  cached: ReturnType<typeof read>,
  live: ReturnType<typeof read>,
  batch: HostBatch,
) {
  assert.deepEqual(Object.keys(cached).sort(), Object.keys(live).sort());
  const length = batch.input.ids!.shape[1]!;
  for (const [name, { data, shape }] of Object.entries(live)) {
    assert.deepEqual(cached[name]!.shape, shape, name);
    const perToken = shape[1] === length && !name.startsWith('pooled');
    const width = data.length / shape[0]! / (perToken ? length : 1);
    for (let row = 0; row < batch.sampleIds.length; row++)
      for (let token = 0; token < (perToken ? length : 1); token++) {
        if (perToken && batch.input.mask && batch.input.mask.data[row * length + token] === 0) continue;
        const start = (row * (perToken ? length : 1) + token) * width;
        for (let at = start; at < start + width; at++) {
          const off = Math.abs(cached[name]!.data[at]! - data[at]!);
          assert.ok(off <= 1e-5 * Math.abs(data[at]!) + 1e-6, `${dataset.fingerprint} ${name}: ${off}`);
        }
      }
  }
}

const settings: [string, Dataset, 'bert' | 'gpt2', TeacherNeeds][] = [
  ['a classifier of texts', texts, 'bert', { logits: true, hiddenStates: [0, 2], pooled: [1] }],
  ['a language model', language, 'gpt2', { logits: true, hiddenStates: [1], pooled: [] }],
  [
    'a language model’s top logits',
    language,
    'gpt2',
    { logits: true, hiddenStates: [], pooled: [], topLogits: { count: 5, temperatures: [1, 2] } },
  ],
];

for (const [what, dataset, architecture, needs] of settings)
  test(`cached signals of ${what} equal the teacher’s, however texts are batched`, async () => {
    const teacher = modelOf(architecture, dataset);
    const source = await cachedSignals({
      device,
      teacher,
      teacherHash: 'teacher',
      needs,
      split: dataset.train,
      fingerprint: dataset.fingerprint,
      cacheDirectory: temporaryDirectory(),
    });
    const live = liveTeacher(teacher, needs);
    // Short texts beside long ones, so that some are padded further than when they were cached, and rows to fill up.
    for (const positions of [[0, 1, 2, 3], [5], [9, 4, 7]]) {
      const batch = dataset.train.batch(Int32Array.from(positions), 4);
      assertSame(dataset, read(source, batch), read(live, batch), batch);
    }
    source.close();
    teacher.dispose();
  });

test('a language model’s answers are kept in as many numbers a token as its layers are wide', async () => {
  const teacher = modelOf('gpt2', language);
  const cacheDirectory = temporaryDirectory();
  const kept = async (needs: Partial<TeacherNeeds>) => {
    const source = await cachedSignals({
      device,
      teacher,
      teacherHash: 'teacher',
      needs: { logits: true, hiddenStates: [], pooled: [], ...needs },
      split: language.train,
      fingerprint: language.fingerprint,
      cacheDirectory,
    });
    source.close();
    const inputs = source.inputs(language.train.batch(Int32Array.of(0), 1));
    return { found: source.found, shapes: Object.values(inputs).map(({ shape }) => shape.at(-1)) };
  };
  assert.deepEqual(await kept({}), { found: false, shapes: [8] });
  assert.deepEqual(await kept({}), { found: true, shapes: [8] });
  const at = (...temperatures: number[]) => kept({ topLogits: { count: 2, temperatures } });
  assert.equal((await at(2)).found, false);
  assert.equal((await at(2)).found, true);
  assert.equal((await at(4)).found, false, 'what is left at one temperature says nothing of another');
  teacher.dispose();
});

/** Loss, accuracy and mean confidence of next tokens, one sample at a time, by the definition. */
function slowly(model: Model, split: Split) {
  let [loss, correct, confidence, count] = [0, 0, 0, 0];
  for (let position = 0; position < split.size; position++) {
    const { input, labels } = split.batch(Int32Array.of(position), 1);
    const logits = tf.tidy(
      () =>
        model.forward(tensors(input) as ModelInput, { training: false }).logits.arraySync() as number[][][],
    )[0]!;
    for (let at = 0; at + 1 < logits.length; at++) {
      const target = labels.data[at + 1]!;
      if (target < 0) continue;
      const row = logits[at]!;
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      loss += Math.log(total) - row[target]!;
      confidence += Math.exp(Math.max(...row)) / total;
      if (row.indexOf(Math.max(...row)) === target) correct++;
      count++;
    }
  }
  return { loss: loss / count, accuracy: correct / count, confidence: confidence / count, count };
}

test('a language model is judged by the tokens it has to predict, padding left out', async () => {
  const model = modelOf('gpt2', language);
  const evaluator = new Evaluator(device, model);
  const quality = await evaluator.evaluate(language.test);
  const expected = slowly(model, language.test);
  assert.equal(quality.predictions.length, expected.count);
  assert.ok(Math.abs(quality.loss - expected.loss) < 1e-5, `${quality.loss}, not ${expected.loss}`);
  assert.equal(quality.accuracy, expected.accuracy);
  assert.equal(quality.confusion, undefined);
  const bins = quality.reliability.filter(({ count }) => count > 0);
  assert.equal(
    bins.reduce((sum, { count }) => sum + count, 0),
    expected.count,
  );
  const confidence = bins.reduce((sum, bin) => sum + bin.count * bin.confidence!, 0) / expected.count;
  assert.ok(Math.abs(confidence - expected.confidence) < 1e-5, `${confidence}, not ${expected.confidence}`);
  evaluator.dispose();
  model.dispose();
});

test('batches are small where a vocabulary is large', () => {
  const split = { ...language.test, size: 1000 };
  const task = (vocabulary: number, length: number) => ({
    classes: vocabulary,
    text: { goal: 'language-model' as const, vocabulary, length, padId: 0 },
  });
  assert.equal(forwardBatchSize(task(50_000, 256), split), 5);
  assert.equal(forwardBatchSize(task(200_000, 4096), split), 1);
  assert.equal(forwardBatchSize(task(256, 64), split), 256);
  assert.equal(forwardBatchSize({ classes: 10, image: [28, 28, 1] }, split), 256);
  assert.equal(forwardBatchSize({ classes: 10, image: [28, 28, 1] }, { ...split, size: 3 }), 3);
});

test('names under a prefix', () => {
  assert.deepEqual(unprefixed('top', { 'top.rest': 1, topmost: 2, 'hidden.1': 3 }), { rest: 1 });
});
