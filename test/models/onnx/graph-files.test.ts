import assert from 'node:assert/strict';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { onnx } from 'onnx-proto';
import { UserError } from '../../../src/base/user-error.ts';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../../src/models/checkpoint/checkpoint.ts';
import { checkpointHash } from '../../../src/models/checkpoint/checkpoint-hash.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { usePlainBackend } from '../backend.ts';
import { encoded, floats, oddGraph, types, valueInfo, type WrittenGraph, writeGraph } from './graphs.ts';

/** Opens a graph that is changed first. */
async function open(
  context: { after(fn: () => void): void },
  change: (graph: WrittenGraph) => Partial<WrittenGraph> = () => ({}),
  opsets?: readonly onnx.IOperatorSetIdProto[],
) {
  const folder = temporaryDirectory(context as Parameters<typeof temporaryDirectory>[0]);
  const graph = oddGraph();
  const file = writeGraph(folder, encoded({ ...graph, ...change(graph) }, opsets));
  return { folder, file };
}

const refuse = (promise: Promise<unknown>, message: RegExp, remedy?: RegExp) =>
  assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    if (remedy) assert.match(error.remedy ?? '', remedy);
    return true;
  });

test('a graph with odd names says what it takes and answers, and is saved with the same names', async (context) => {
  await usePlainBackend();
  const { folder, file } = await open(context);
  const found = await inspectCheckpoint(file);
  assert.deepEqual(found.task, {
    classes: 3,
    text: { goal: 'classification', vocabulary: 9, length: 512, padId: 0 },
  });
  assert.deepEqual(await inspectCheckpoint(folder), found);
  const model = await loadModel(folder);
  assert.deepEqual([...model.parameters.keys()], ['Ünïcode table/0', 'W*', 'β']);
  const before = await checkpointHash(folder);
  assert.equal(await checkpointHash(file), before);
  model.parameters.get('β')!.assign(tf.tensor1d([1, 2, 3]));
  const saved = join(folder, 'saved');
  await saveModel(model, saved, { classNames: ['x', 'y', 'z'] });
  assert.notEqual(await checkpointHash(saved), before);
  const again = await loadModel(saved, { classNames: ['z', 'x', 'y'] });
  const ids = tf.tensor2d([[1, 2, 8]], undefined, 'int32');
  const answers = (one: typeof model) =>
    Array.from(one.forward({ ids, mask: tf.ones([1, 3]) }, { training: false }).logits.dataSync());
  const [x, y, z] = answers(model);
  assert.deepEqual(answers(again), [z, x, y]);
});

test('weights in 16 bits are trained in 32 and stored in 16 again', async (context) => {
  await usePlainBackend();
  const half = (name: string, dims: number[], values: number[]): onnx.ITensorProto => ({
    name,
    dims,
    dataType: types.FLOAT16,
    rawData: new Uint8Array(Uint16Array.from(values).buffer),
  });
  const { folder } = await open(context, (graph) => ({
    // 1, 2 and −0.5 as binary16.
    initializer: [...graph.initializer.slice(0, 2), half('small', [3], [0x3c00, 0x4000, 0xb800])],
    nodes: [nodeProto('Cast', ['small'], 'β', { to: types.FLOAT }), ...graph.nodes],
  }));
  const model = await loadModel(folder);
  assert.deepEqual(Array.from(model.parameters.get('small')!.dataSync()), [1, 2, -0.5]);
  model.parameters.get('small')!.assign(tf.tensor1d([0.5, 0.1, 4]));
  const saved = join(folder, 'saved');
  await saveModel(model, saved);
  const again = await loadModel(saved);
  assert.deepEqual(Array.from(again.parameters.get('small')!.dataSync()), [
    0.5,
    Math.fround(0.0999755859375),
    4,
  ]);
});

test('damaged files are refused, each with what is wrong', async (context) => {
  const folder = temporaryDirectory(context);
  const whole = encoded(oddGraph());
  await refuse(inspectCheckpoint(writeGraph(folder, whole.subarray(0, whole.length - 40))), /ends too early/);
  await refuse(inspectCheckpoint(writeGraph(folder, new Uint8Array(0), 'empty.onnx')), /holds no graph/);
  await refuse(inspectCheckpoint(join(folder, 'gone.onnx')), /gone\.onnx/);
  const circle = await open(context, ({ nodes }) => ({
    nodes: [nodeProto('Add', ['β', 'later'], 'sooner'), nodeProto('Add', ['β', 'sooner'], 'later'), ...nodes],
  }));
  await refuse(
    inspectCheckpoint(circle.file),
    /"sooner" \(Add\) reads "later", which nothing before it makes/,
  );
  const huge = await open(context, ({ initializer: [, ...rest] }) => ({
    initializer: [{ name: 'Ünïcode table/0', dims: [2 ** 20, 2 ** 20], dataType: types.FLOAT }, ...rest],
  }));
  await refuse(inspectCheckpoint(huge.file), /is said to have the shape \[1048576, 1048576\]/);
  const short = await open(context, ({ initializer: [table, ...rest] }) => ({
    initializer: [{ ...table!, dims: [9, 5] }, ...rest],
  }));
  await refuse(inspectCheckpoint(short.file), /has 144 bytes where its shape asks for 180/);
  const newer = await open(context, () => ({}), [{ domain: '', version: 99 }]);
  await refuse(inspectCheckpoint(newer.file), /version 99 of ONNX’s operators/, /opset_version=20/);
});

test('numbers in other files are read from beside the graph only', async (context) => {
  const outside = (location: string) => (graph: WrittenGraph) => ({
    initializer: [
      {
        name: 'Ünïcode table/0',
        dims: [9, 4],
        dataType: types.FLOAT,
        dataLocation: 1,
        externalData: [
          { key: 'location', value: location },
          { key: 'offset', value: '4' },
          { key: 'length', value: '144' },
        ],
      },
      ...graph.initializer.slice(1),
    ],
  });
  for (const location of ['../secret', '/etc/passwd', 'a/../../secret', ''])
    await refuse(inspectCheckpoint((await open(context, outside(location))).file), /outside of its folder/);
  const { folder, file } = await open(context, outside('weights.bin'));
  await refuse(inspectCheckpoint(file), /the file "weights\.bin", .* is not beside it/);
  const numbers = Float32Array.from({ length: 37 }, (_, at) => at / 7);
  writeFileSync(join(folder, 'weights.bin'), new Uint8Array(numbers.buffer).subarray(0, 100));
  await refuse(inspectCheckpoint(file), /"weights\.bin" ends before the tensor/);
  writeFileSync(join(folder, 'weights.bin'), numbers);
  await usePlainBackend();
  const model = await loadModel(file);
  assert.deepEqual(model.parameters.get('Ünïcode table/0')!.dataSync(), numbers.subarray(1));
  // Of 37 numbers beside the graph it uses 36.
  assert.equal((await inspectCheckpoint(file)).bytes, statSync(file).size + 144);
  assert.equal(await checkpointBytes(file), statSync(file).size + 144);
  const linked = await open(context, outside('linked.bin'));
  symlinkSync(join(folder, 'weights.bin'), join(linked.folder, 'linked.bin'));
  await refuse(inspectCheckpoint(linked.file), /"linked\.bin".* cannot be read/);
});

test('graphs that nobody can use are refused before any training', async (context) => {
  await usePlainBackend();
  const custom = await open(
    context,
    ({ nodes }) => ({
      nodes: [...nodes.slice(0, 2), nodeProto('Magic', ['$mean'], 'Ergebnis', {}, 'my.company')],
    }),
    [
      { domain: '', version: 13 },
      { domain: 'my.company', version: 1 },
    ],
  );
  await refuse(inspectCheckpoint(custom.file), /cannot be opened by ONNX Runtime: .*Magic/);
  const bare = await open(context, () => ({
    nodes: [nodeProto('Cast', ['tok:0'], 'Ergebnis', { to: types.FLOAT })],
    initializer: [],
  }));
  await refuse(inspectCheckpoint(bare.file), /has no weights/);
  const cached = await open(context, ({ inputs, nodes }) => ({
    inputs: [...inputs, valueInfo('past_key_values.0.key', types.FLOAT, ['n', 'heads', 'past', 4])],
    nodes: [...nodes, nodeProto('Identity', ['past_key_values.0.key'], 'present.0.key')],
  }));
  await refuse(
    inspectCheckpoint(cached.file),
    /takes "past_key_values\.0\.key", and nothing here can fill it/,
    /use_cache=False/,
  );
  const fixed = await open(context, () => ({ inputs: [valueInfo('tok:0', types.INT32, [1, 'l'])] }));
  await refuse(inspectCheckpoint(fixed.file), /batches of 1 only/, /dynamic_axes/);
  const several = await open(context, ({ outputs }) => ({
    outputs: [...outputs, valueInfo('a b', types.FLOAT, ['n', 'l', 4])],
  }));
  await refuse(
    inspectCheckpoint(several.file),
    /answers with "Ergebnis", "a b"; none of them is named "logits"/,
  );
  const states = await open(context, () => ({ outputs: [valueInfo('a b', types.FLOAT, ['n', 'l', 4])] }));
  await refuse(inspectCheckpoint(states.file), /has the shape \[3, 11, 4\] for 3 samples/);
  const whole = await open(context);
  writeFileSync(join(whole.folder, 'config.json'), JSON.stringify({ id2label: { 0: 'a', 1: 'b' } }));
  await refuse(inspectCheckpoint(whole.file), /answers with 3 scores, but its config\.json names 2 classes/);
});

test('of a folder with several graphs the usual one is taken, else one must be named', async (context) => {
  const { folder } = await open(context);
  writeGraph(folder, encoded(oddGraph()), 'model_quantized.onnx');
  assert.equal((await inspectCheckpoint(folder)).place?.file, 'model.onnx');
  const optimum = temporaryDirectory(context);
  mkdirSync(join(optimum, 'onnx'));
  writeGraph(join(optimum, 'onnx'), encoded(oddGraph()));
  assert.equal((await inspectCheckpoint(optimum)).place?.file, join('onnx', 'model.onnx'));
  const file = join(optimum, 'onnx', 'model.onnx');
  assert.deepEqual((await inspectCheckpoint(file)).place, {
    folder: optimum,
    file: join('onnx', 'model.onnx'),
  });
  const two = temporaryDirectory(context);
  for (const name of ['first.onnx', 'second.onnx']) writeGraph(two, encoded(oddGraph()), name);
  await refuse(
    inspectCheckpoint(two),
    /several ONNX models: first\.onnx, second\.onnx/,
    /Name one of the files/,
  );
});

test('a graph keeps its classes, and another model over it begins with weights as spread as its own', async (context) => {
  await usePlainBackend();
  const { folder } = await open(context);
  const model = await loadModel(folder);
  await refuse(
    loadModel(folder, { task: { ...model.task, classes: 4 } }),
    /tells 3 classes apart, but the data has 4/,
  );
  const drawn = [1, 1, 2].map((seed) =>
    buildModel(model.config, model.task, RandomGenerator.forUse(seed, 'weights')),
  );
  const table = 'Ünïcode table/0';
  const [one, same, other] = drawn.map(({ parameters }) => [...parameters.get(table)!.dataSync()]);
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
  const spread = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
  };
  // 36 numbers: their own mean and deviation lie within a third of a deviation.
  const [mean, deviation] = spread([...model.parameters.get(table)!.dataSync()]) as [number, number];
  for (const [own, expected] of spread(one!).map((own, at) => [own, [mean, deviation][at]!] as const))
    assert.ok(Math.abs(own - expected) < deviation / 3, `${own} instead of ${expected}`);
  for (const { dispose } of [model, ...drawn]) dispose();
});

test('masks, frequencies and single numbers are no weights', async (context) => {
  await usePlainBackend();
  const { folder } = await open(context, ({ nodes, initializer }) => ({
    nodes: [
      nodes[0]!,
      nodeProto('Shape', ['tok:0'], 'shape', {}),
      nodeProto('Mul', ['frequencies', 'step'], 'angles'),
      nodeProto('Sin', ['angles'], 'waves'),
      nodeProto('Add', ['a b', 'waves'], 'waved'),
      nodeProto('Max', ['waved', 'floor'], 'kept'),
      nodeProto('ReduceMean', ['kept'], '$mean', { axes: [1], keepdims: 0 }),
      nodes[2]!,
    ],
    initializer: [
      ...initializer,
      floats('frequencies', [4]),
      floats('step', [], [0.5]),
      floats('floor', [4], [-3.4e38, -3.4e38, -3.4e38, -3.4e38]),
    ],
  }));
  const model = await loadModel(folder);
  assert.deepEqual([...model.parameters.keys()], ['Ünïcode table/0', 'W*', 'β']);
});
