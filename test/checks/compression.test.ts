import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeQuantization, quantizedTensors } from '../../src/compression/stored-quantization.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { quantizedFile } from '../../src/models/stored/quantized-weights.ts';
import { check, datasetFolder, told, writeFiles } from './support.ts';

const teacher = { model: { architecture: 'cnn', channels: [4] } };
const errors = async (...args: Parameters<typeof check>) =>
  told(await check(...args))
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path, message }) => ({ code, path, message }));
const changes = (strategy: object, more: object = {}) => ({ student: undefined, strategy, ...more });

test('a teacher that is made smaller needs no student', async () => {
  const folder = await datasetFolder();
  for (const strategy of [{ kind: 'quantize' }, { kind: 'prune' }])
    assert.deepEqual(told(await check(folder, changes(strategy, { teacher }))), []);
});

test('without a teacher there must be something else to make smaller', async () => {
  const folder = await datasetFolder();
  assert.deepEqual(await errors(folder, changes({ kind: 'quantize' })), [
    {
      code: 'teacher-missing',
      path: 'strategy.kind',
      message: 'Strategy "quantize" is to make the teacher smaller, and the experiment has none.',
    },
  ]);
});

test('runs and folders that are not there or not finished are named', async () => {
  const folder = await datasetFolder();
  const run = '20261124-070314-few-s0-abcd';
  const runs = join(folder, '.distillery', 'runs');
  await mkdir(join(runs, run), { recursive: true });
  await writeFiles(folder, { 'bare/x': '' });
  const of = async (name: string) => (await errors(folder, changes({ kind: 'prune', of: name })))[0];
  assert.equal(
    (await of('nowhere'))!.message,
    `There is no folder ${join(folder, 'nowhere')} whose model could be made smaller.`,
  );
  assert.equal((await of(run))!.message, `The run ${run} has no student yet.`);
  assert.equal(
    (await of('20261124-070314-other-s0-abcd'))!.message,
    `There is no run 20261124-070314-other-s0-abcd in ${join(folder, '.distillery')}.`,
  );
  assert.match((await of('bare'))!.message, /has no config.json/);
  assert.equal((await of('bare'))!.path, 'strategy.of');
});

test('a quantized model can be anything but quantized again', async () => {
  await openDevice('cpu');
  const folder = await datasetFolder();
  const task = { classes: 3, image: [8, 8, 1] as const };
  const config = modelSchema.parse({ architecture: 'mlp', hidden: [8] });
  const model = buildModel(config, task, RandomGenerator.forUse(1, 'test'));
  const weights = [{ name: 'layers.0.weight', bits: 4, outputAxis: 0 } as const];
  const how = { scheme: 'int4-weights', groupSize: 16 } as const;
  await saveModel(model, join(folder, 'small'), {
    stored: (tensors) => ({
      file: quantizedFile,
      tensors: quantizedTensors(tensors, weights, how.groupSize),
      description: { quantization: describeQuantization(how, weights, tensors) },
    }),
  });
  const stored = { teacher: { checkpoint: 'small' } };
  const message = 'The model to be quantized is quantized already, by the scheme "int4-weights".';
  assert.deepEqual(await errors(folder, changes({ kind: 'quantize', of: 'small' })), [
    { code: 'quantized', path: 'strategy.of', message },
  ]);
  assert.deepEqual(await errors(folder, changes({ kind: 'quantize' }, stored)), [
    { code: 'quantized', path: 'teacher.checkpoint', message },
  ]);
  assert.deepEqual(await errors(folder, changes({ kind: 'prune', of: 'small' })), []);
  assert.deepEqual(await errors(folder, changes({ kind: 'prune' }, stored)), []);
  const learning = { student: { checkpoint: 'small' }, strategy: { kind: 'response' } };
  assert.deepEqual(await errors(folder, { ...stored, ...learning }), []);
});

test('a resnet says before training how many channels it can lose', async () => {
  const folder = await datasetFolder();
  const resnet = { model: { architecture: 'resnet', depth: 8, width: 0.125 } };
  const strategy = { kind: 'prune', sparsity: 0.7 };
  assert.deepEqual(
    (await errors(folder, changes(strategy, { teacher: resnet }))).map(({ code, path }) => [code, path]),
    [['sparsity', 'strategy.sparsity']],
  );
});

test('transformers is said not to open a pruned encoder where heads go, not where they all stay', async () => {
  const folder = await datasetFolder();
  for (const [heads, codes] of [
    [4, ['layout strategy.method']],
    [1, []],
  ] as const) {
    const bert = { model: { architecture: 'bert', hiddenSize: 8, layers: 1, heads } };
    const problems = told(await check(folder, changes({ kind: 'prune', sparsity: 0.5 }, { teacher: bert })));
    assert.deepEqual(
      problems.filter(({ code }) => code === 'layout').map(({ code, path }) => `${code} ${path}`),
      codes,
    );
  }
});

test('what does nothing for a model that is made smaller is pointed out', async () => {
  const folder = await datasetFolder();
  const problems = await check(folder, {
    teacher,
    strategy: { kind: 'quantize', scheme: 'float16', groupSize: 64, percentile: 99, keepEnds: true },
    training: { epochs: 3 },
  });
  assert.deepEqual(
    told(problems).map(({ code, path }) => `${code} ${path}`),
    ['student', 'strategy.groupSize', 'strategy.percentile', 'strategy.keepEnds', 'training'].map(
      (path) => `unused-option ${path}`,
    ),
  );
});

test('groups are powers of two', async () => {
  const folder = await datasetFolder();
  const [found] = await check(folder, changes({ kind: 'quantize', groupSize: 48 }, { teacher }));
  assert.match(found!.message, /power of two/);
});

test('a run that `of` names is looked for in the data directory that is told', async () => {
  await openDevice('cpu');
  const folder = await datasetFolder();
  const dataDirectory = join(folder, 'elsewhere');
  const run = '20261124-070314-few-s0-abcd';
  const config = modelSchema.parse({ architecture: 'mlp', hidden: [8] });
  const model = buildModel(config, { classes: 3, image: [8, 8, 1] }, RandomGenerator.forUse(1, 'test'));
  await saveModel(model, join(dataDirectory, 'runs', run, 'student'));
  const change = changes({ kind: 'prune', of: run });
  assert.deepEqual(told(await check(folder, change, {}, dataDirectory)), []);
  assert.match(told(await check(folder, change))[0]!.message, /There is no run/);
});
