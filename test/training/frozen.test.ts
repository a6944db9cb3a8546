import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import onnxProto from 'onnx-proto';
import { checkExperiment } from '../../src/checks/check.ts';
import { nodeProto } from '../../src/device/onnx/graph/node-proto.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { FreezeProblem, freeze, frozenCount, frozenNames } from '../../src/models/frozen.ts';
import { openedGraph } from '../../src/models/onnx/opened.ts';
import { encoded, floats, types, valueInfo, writeGraph } from '../models/onnx/graphs.ts';
import { data, trainSmall } from './small-training.ts';
import { openTestDevice, temporaryDirectory, valuesOf } from './support.ts';

await openTestDevice();

const cnn = { architecture: 'cnn', channels: [3, 4], dense: 5, normalization: 'batch' };
const build = () => buildModel(modelSchema.parse(cnn), data.task, RandomGenerator.forUse(5, 'weights'));

test('frozen weights and statistics stay to the bit, without state of the optimizer, and the rest learns', async () => {
  for (const optimizer of ['adamw', 'sgd'] as const) {
    const model = build();
    const [parameters, buffers] = [valuesOf(model.parameters), valuesOf(model.buffers)];
    const first = Object.keys(parameters).filter((name) => name.startsWith('stages.0.'));
    assert.ok(first.length >= 3, Object.keys(parameters).join());
    freeze(model, ['stages.0.*', 'classifier.bias']);
    const directory = temporaryDirectory();
    const trained = await trainSmall({
      model,
      directory,
      config: { optimizer, weightDecay: 0.5, accumulation: 2, epochs: 3 },
    });
    assert.equal(trained.error, undefined);
    for (const [name, values] of Object.entries({ ...parameters, ...buffers })) {
      const stays = name.startsWith('stages.0.') || name === 'classifier.bias';
      const now = { ...trained.weights, ...trained.buffers }[name];
      if (stays) assert.deepEqual(now, values, name);
      else assert.notDeepEqual(now, values, name);
    }
    const checkpoint = readFileSync(join(directory, 'checkpoints', 'last.safetensors'), 'latin1');
    assert.match(checkpoint, /"optimizer\.[^"]*classifier\.weight/);
    assert.doesNotMatch(checkpoint, /classifier\.bias|stages\.0\.[^"]*weight/);
  }
});

test('frozen statistics are used in training; where only scale and shift are frozen they go on moving', () => {
  const pixels = data.train.batch(Int32Array.of(0, 1, 2, 3), 4).input.pixels!;
  const input = { pixels: tf.tensor(pixels.data as Float32Array, [...pixels.shape]) };
  const logits = (model: ReturnType<typeof build>, training: boolean) => [
    ...model.forward(input, { training }).logits.dataSync(),
  ];
  const whole = build();
  freeze(whole, ['*running_*']);
  assert.deepEqual(logits(whole, true), logits(whole, false));
  const half = build();
  freeze(half, ['stages.*.norm.weight', 'stages.*.norm.bias']);
  const before = valuesOf(half.buffers);
  assert.notDeepEqual(logits(half, true), logits(half, false));
  assert.notDeepEqual(valuesOf(half.buffers), before);
  assert.ok(frozenCount(half) > 0 && frozenCount(whole) === 0);
});

/** Images of 4 × 4 through batch normalization and a table that shifts them, which is half of a number in 16 bits. */
function graphFile(): string {
  return writeGraph(
    temporaryDirectory(),
    encoded({
      inputs: [valueInfo('images', types.FLOAT, ['n', 1, 4, 4])],
      outputs: [valueInfo('logits', types.FLOAT, ['n', 3])],
      nodes: [
        nodeProto('Cast', ['mean of images'], 'shift', { to: types.FLOAT }),
        nodeProto('Sub', ['images', 'shift'], 'centered'),
        nodeProto('BatchNormalization', ['centered', 'gain', 'offset', 'mean', 'variance'], 'normal'),
        nodeProto('Flatten', ['normal'], 'flat', { axis: 1 }),
        nodeProto('Gemm', ['flat', 'head', 'bias'], 'logits', { transB: 1 }),
      ],
      initializer: [
        {
          name: 'mean of images',
          dims: [1, 1, 4, 4],
          dataType: types.FLOAT16,
          rawData: new Uint8Array(Uint16Array.from({ length: 16 }, (_, at) => 1 + at).buffer),
        },
        floats('gain', [1], [1.1]),
        floats('offset', [1], [0.1]),
        floats('mean', [1], [0.2]),
        floats('variance', [1], [0.7]),
        floats('head', [3, 16]),
        floats('bias', [3]),
        floats('step', [], [0.5]),
      ],
    }),
  );
}

test('what is frozen of a graph is the same in the saved file, statistics too', async () => {
  const file = graphFile();
  const model = await loadModel(file, { task: data.task });
  freeze(model, ['mean*', 'variance', 'bias']);
  const saved = join(temporaryDirectory(), 'student');
  const statistics = valuesOf(model.buffers);
  const input = { pixels: tf.reshape(tf.range(0, 32), [2, 4, 4, 1]) };
  assert.deepEqual(
    [...model.forward(input, { training: true }).logits.dataSync()],
    [...model.forward(input, { training: false }).logits.dataSync()],
  );
  const moving = await loadModel(file, { task: data.task });
  const movingStatistics = valuesOf(moving.buffers);
  const dispose = model.dispose;
  const { error } = await trainSmall({
    model: { ...model, dispose: () => {} },
    config: { weightDecay: 0.5 },
  });
  assert.equal(error, undefined);
  assert.deepEqual(valuesOf(model.buffers), statistics);
  await saveModel(model, saved);
  dispose();
  const bytesOf = (path: string) =>
    new Map(
      onnxProto.onnx.ModelProto.decode(readFileSync(path)).graph!.initializer!.map(({ name, rawData }) => [
        name,
        Buffer.from(rawData!).toString('hex'),
      ]),
    );
  const [before, after] = [bytesOf(file), bytesOf(join(saved, 'model.onnx'))];
  for (const name of ['mean of images', 'mean', 'variance', 'bias', 'step'])
    assert.equal(after.get(name), before.get(name), name);
  for (const name of ['gain', 'offset', 'head']) assert.notEqual(after.get(name), before.get(name), name);
  const trained = await trainSmall({ model: moving });
  assert.notDeepEqual(trained.buffers, movingStatistics);
});

test('patterns that fit nothing, constants alone, or everything are refused with their place', async () => {
  const model = await loadModel(graphFile(), { task: data.task });
  const refused = (patterns: string[], message: RegExp, index: number | undefined) =>
    assert.throws(
      () => freeze(model, patterns),
      (error) =>
        error instanceof FreezeProblem &&
        error.index === index &&
        message.test(`${error.message} ${error.remedy}`),
    );
  refused(['head', 'haed'], /No weight of the student is named "haed"\. Nearest: "head"/, 1);
  refused(['st*p'], /fits only what is not trained in any case: "step" is a constant of the graph/, 0);
  // Of a table that is there twice, either name means both.
  const gpt2 = await loadModel(join(import.meta.dirname, '../fixtures/onnx/gpt2'));
  const { tied } = openedGraph(gpt2.config as Parameters<typeof openedGraph>[0]).weights;
  const [name, { parameter }] = [...tied][0]!;
  assert.deepEqual([...frozenNames([name], gpt2)], [parameter]);
  refused(['*'], /Nothing of the student is left to be trained/, undefined);
  const folder = temporaryDirectory();
  const problems = async (frozen: string[]) =>
    (
      await checkExperiment(
        JSON.stringify({
          name: 'frozen',
          dataset: { kind: 'mnist' },
          student: { model: cnn, freeze: frozen },
          strategy: { kind: 'direct' },
        }),
        join(folder, 'frozen.distill.json'),
      )
    ).filter(({ severity }) => severity === 'error');
  assert.deepEqual(await problems(['stages.0.*']), []);
  const [missing] = await problems(['stages.0.*', 'stage.1.conv.weight']);
  assert.deepEqual(missing!.path, ['student', 'freeze', 1]);
  const [all] = await problems(['*']);
  assert.deepEqual(all!.path, ['student', 'freeze']);
});

test('a graph’s own dropout drops in training, by the share that its node says, and in nothing else', async () => {
  const file = writeGraph(
    temporaryDirectory(),
    encoded({
      inputs: [valueInfo('images', types.FLOAT, ['n', 1, 4, 4])],
      outputs: [valueInfo('logits', types.FLOAT, ['n', 3])],
      nodes: [
        nodeProto('Flatten', ['images'], 'flat', { axis: 1 }),
        nodeProto('Gemm', ['flat', 'head', 'bias'], 'scores', { transB: 1 }),
        nodeProto('Dropout', ['scores', 'share'], 'logits'),
      ],
      initializer: [floats('head', [3, 16]), floats('bias', [3]), floats('share', [], [0.25])],
    }),
  );
  const model = await loadModel(file, { task: data.task });
  const asked: number[] = [];
  const random = {
    bernoulli(shape: readonly number[], probability: number) {
      asked.push(probability);
      return tf.reshape(tf.tensor1d([1, 0, 1], 'int32'), [...shape]);
    },
  };
  const input = { pixels: tf.ones([1, 4, 4, 1]) };
  const [a, b, c] = model.forward(input, { training: false }).logits.dataSync();
  const dropped = model.forward(input, { training: true, random: random as never }).logits.dataSync();
  assert.deepEqual(asked, [0.75]);
  assert.ok(b !== 0);
  for (const [at, wanted] of [a! / 0.75, 0, c! / 0.75].entries())
    assert.ok(Math.abs(dropped[at]! - wanted) < 1e-5, `${dropped}`);
});
