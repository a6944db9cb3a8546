import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { reportOfModel } from '../../src/checks/models/model-report.ts';
import { describeQuantization, quantizedTensors } from '../../src/compression/stored-quantization.ts';
import { nodeProto } from '../../src/device/onnx/graph/node-proto.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { quantizedFile } from '../../src/models/stored/quantized-weights.ts';
import { encoded, floats, types, valueInfo } from '../models/onnx/graphs.ts';
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

test('a graph whose units cannot go is named before a run', async () => {
  const folder = await datasetFolder();
  const graph = (...middle: Parameters<typeof nodeProto>[]) =>
    encoded({
      inputs: [valueInfo('pixel_values', types.FLOAT, ['n', 1, 8, 8])],
      outputs: [valueInfo('logits', types.FLOAT, ['n', 3])],
      nodes: [
        nodeProto('Flatten', ['pixel_values'], 'flat', { axis: 1 }),
        nodeProto('MatMul', ['flat', 'W'], 'h'),
        ...middle.map((node) => nodeProto(...node)),
        nodeProto('MatMul', ['y', 'V'], 'logits'),
      ],
      initializer: [floats('W', [64, 6]), floats('V', [6, 3])],
    });
  await writeFiles(folder, {
    'relu.onnx': graph(['Relu', ['h'], 'y']),
    'softmax.onnx': graph(['Softmax', ['h'], 'y', { axis: 1 }]),
  });
  const found = async (of: string, sparsity = 0.5) =>
    (await errors(folder, changes({ kind: 'prune', of, sparsity }))).map(
      ({ code, message }) => `${code}: ${message.replaceAll(folder, '')}`,
    );
  assert.deepEqual(await found('relu.onnx'), []);
  assert.deepEqual(await found('softmax.onnx'), [
    'units: No whole units can be taken away from /softmax.onnx: the node "y" (Softmax) computes over all of them.',
  ]);
  assert.deepEqual(await found('relu.onnx', 0.01), [
    'units: At a sparsity of 0.01 nothing goes from /relu.onnx: it has at most 6 units of a kind.',
  ]);
});

test('a graph that a run would not quantize is named before it', async () => {
  const folder = await datasetFolder();
  const pixels = { inputs: [valueInfo('pixel_values', types.FLOAT, ['n', 1, 8, 8])] };
  const whole = {
    ...pixels,
    outputs: [valueInfo('logits', types.FLOAT, ['n', 3])],
    nodes: [
      nodeProto('Flatten', ['pixel_values'], 'flat', { axis: 1 }),
      nodeProto('MatMul', ['flat', 'W'], 'logits'),
    ],
    initializer: [floats('W', [64, 3])],
  };
  const bytes = { name: 'q', dims: [64, 3], dataType: types.INT8, rawData: new Uint8Array(192).fill(1) };
  const files = {
    'net.onnx': encoded(whole),
    'old.onnx': encoded(whole, [{ domain: '', version: 12 }]),
    // As int8 students are exported.
    'bytes.onnx': encoded({
      ...whole,
      nodes: [
        nodeProto('Cast', ['q'], 'c', { to: types.FLOAT }),
        nodeProto('Mul', ['c', 'scale'], 'W'),
        ...whole.nodes,
      ],
      initializer: [bytes, floats('scale', [1, 3])],
    }),
    // Its only matrix is an operand of a sum.
    'sum.onnx': encoded({
      ...whole,
      nodes: [
        nodeProto('Flatten', ['pixel_values'], 'flat', { axis: 1 }),
        nodeProto('Mul', ['flat', 'W'], 'h'),
        nodeProto('Slice', ['h', 'from', 'to', 'axes'], 'logits'),
      ],
      initializer: [
        floats('W', [1, 64]),
        ...['from', 'to', 'axes'].map((name, at) => ({
          name,
          dims: [1],
          dataType: types.INT64,
          int64Data: [[0, 3, 1][at]!],
        })),
      ],
    }),
  };
  await writeFiles(folder, files);
  const found = async (file: string, scheme: string) =>
    (await errors(folder, changes({ kind: 'quantize', scheme, of: file }))).map(
      ({ code, message }) => `${code}: ${message.replaceAll(folder, '')}`,
    );
  for (const scheme of ['float16', 'int8-weights', 'int4-weights', 'int8'])
    assert.deepEqual(await found('net.onnx', scheme), [], scheme);
  assert.deepEqual(await found('old.onnx', 'int8-weights'), []);
  assert.match((await found('old.onnx', 'int8')).join(), /^graph: \/old\.onnx is written for version 12 of /);
  assert.match(
    (await found('bytes.onnx', 'int8-weights')).join(),
    /^graph: This model cannot be made smaller: the node "c" makes the weight "q" of whole numbers/,
  );
  assert.match(
    (await found('sum.onnx', 'int8-weights')).join(),
    /^nothing-quantized: Nothing of this model can/,
  );
  // `distillery inspect` says the same.
  for (const [file, refused] of [
    ['net.onnx', []],
    ['old.onnx', ['int8']],
    ['sum.onnx', ['int8-weights', 'int8', 'int4-weights']],
  ] as const) {
    const { can } = await reportOfModel(join(folder, file));
    const schemes = can.filter(({ what, refusal }) => what.startsWith('quantize') && refusal !== undefined);
    assert.deepEqual(
      schemes.map(({ what }) => what.slice('quantize, '.length)),
      refused,
    );
  }
});
