import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkExperiment } from '../../../src/checks/check.ts';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { partsFor, strategyConfig } from '../../strategies/support.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import { encoded, floats, types, valueInfo, type WrittenGraph, writeGraph } from './graphs.ts';

/** A graph by hand that takes no mask: tokens are looked up, go through two layers, and their mean is classified. */
function maskless(
  context: Parameters<typeof temporaryDirectory>[0],
  change: Partial<WrittenGraph> = {},
): string {
  const graph: WrittenGraph = {
    nodes: [
      nodeProto('Gather', ['table', 'ids'], 'looked up'),
      nodeProto('MatMul', ['looked up', 'one'], 'first'),
      nodeProto('MatMul', ['first', 'two'], 'second'),
      nodeProto('ReduceMean', ['second'], 'mean', { axes: [1], keepdims: 0 }),
      nodeProto('MatMul', ['mean', 'head'], 'scores'),
      nodeProto('Softmax', ['scores'], 'probabilities', { axis: -1 }),
      nodeProto('Identity', ['head'], 'apart'),
    ],
    inputs: [valueInfo('ids', types.INT64, ['n', 'l'])],
    outputs: [valueInfo('probabilities', types.FLOAT, ['n', 3])],
    initializer: [
      floats('table', [9, 4]),
      floats('one', [4, 4]),
      floats('two', [4, 4]),
      floats('head', [4, 3]),
    ],
    ...change,
  };
  return writeGraph(temporaryDirectory(context), encoded(graph));
}

const names = { logits: 'scores' };

test('an exit reads no padding where the graph itself takes no mask', async (context) => {
  await usePlainBackend();
  const file = maskless(context);
  const student = await loadModel(file, { graph: names, values: ['first', 'f*st'] });
  const attached = createStrategy(strategyConfig({ kind: 'self', layers: ['first', 'f*st'] })).attach(
    partsFor(student),
  );
  const [exit, again] = attached.candidates!();
  assert.deepEqual([exit!.name, again!.name], ['exit-first', 'exit-f-st']);
  const folder = join(file, '..', 'exit');
  await saveModel(exit!.model, folder);
  const loaded = await loadModel(folder);
  assert.ok(loaded.config.architecture === 'onnx');
  assert.deepEqual(loaded.config.inputs, { ids: 'ids', mask: 'attention_mask' });
  assert.deepEqual([...loaded.parameters.keys()], ['table', 'one', 'classifier.weight', 'classifier.bias']);
  const answer = (given: number[][], mask: number[][]) =>
    Array.from(
      loaded
        .forward(
          { ids: tf.tensor2d(given, undefined, 'int32'), mask: tf.tensor2d(mask) },
          { training: false },
        )
        .logits.dataSync(),
    );
  const short = answer([[3, 1]], [[1, 1]]);
  assertClose(answer([[3, 1, 8]], [[1, 1, 0]]), short, 1e-6, 'padded');
  const pooled = tf.mean(
    tf.matMul(
      tf.gather(student.parameters.get('table')!, [3, 1]),
      student.parameters.get('one')! as Tensor2D,
    ),
    0,
    true,
  );
  const weight = attached.parameters.get('exit-first.classifier.weight')!;
  assertClose(
    short,
    tf.matMul(pooled as Tensor2D, weight as unknown as Tensor2D, false, true).dataSync(),
    1e-5,
    'exit',
  );
});

test('an exit of a graph in 16 bits computes in 32, and a matrix that is tied to one beyond goes along', async (context) => {
  await usePlainBackend();
  const halves = (name: string, dims: number[]) => {
    const size = dims[0]! * dims[1]!;
    const numbers = Uint16Array.from(
      { length: size },
      (_, at) => 0x3400 + 61 * ((at * 7) % 16) + name.length,
    );
    return { name, dims, dataType: types.FLOAT16, rawData: new Uint8Array(numbers.buffer) };
  };
  const twin = halves('beyond', [4, 4]);
  const file = maskless(context, {
    nodes: [
      nodeProto('Gather', ['table', 'ids'], 'looked up'),
      nodeProto('MatMul', ['looked up', 'one'], 'first'),
      nodeProto('MatMul', ['first', 'beyond'], 'second'),
      nodeProto('ReduceMean', ['second'], 'mean', { axes: [1], keepdims: 0 }),
      nodeProto('MatMul', ['mean', 'head'], 'scored'),
      nodeProto('Cast', ['scored'], 'scores', { to: types.FLOAT }),
      nodeProto('Identity', ['scores'], 'probabilities'),
    ],
    // Read first, so it is the parameter, and the matrix of the exit is the same one.
    initializer: [twin, halves('table', [9, 4]), { ...twin, name: 'one' }, halves('head', [4, 3])],
  });
  const student = await loadModel(file, { graph: names, values: ['first'] });
  assert.deepEqual([...student.parameters.keys()], ['beyond', 'table', 'head']);
  const attached = createStrategy(strategyConfig({ kind: 'self', layers: ['first'] })).attach(
    partsFor(student),
  );
  student.parameters.get('beyond')!.assign(tf.mul(student.parameters.get('beyond')!, 1.5));
  const [exit] = attached.candidates!();
  assert.deepEqual([...exit!.model.parameters.keys()].slice(0, 2).sort(), ['beyond', 'table']);
  const folder = join(file, '..', 'exit');
  await saveModel(exit!.model, folder);
  // Held against ONNX Runtime when it is opened.
  const loaded = await loadModel(folder);
  assert.deepEqual([...loaded.parameters.keys()], ['table', 'one', 'classifier.weight', 'classifier.bias']);
  const input = { ids: tf.tensor2d([[3, 1, 8]], undefined, 'int32'), mask: tf.ones([1, 3]) };
  const [own, again] = [exit!.model, loaded].map(
    (model) => model.forward(input, { training: false }).logits.dataSync() as Float32Array,
  );
  assertClose(again!, own!, 1e-3, 'logits');
});

test('exits that cannot stand where they are to are refused with the reason', async (context) => {
  await usePlainBackend();
  const file = maskless(context);
  const folder = join(file, '..');
  writeFileSync(join(folder, 'train.csv'), 'text,label\none,a\ntwo,b\nthree,c\nfour,a\nfive,b\n');
  writeFileSync(join(folder, 'test.csv'), 'text,label\nsix,a\nseven,b\neight,c\n');
  const findings = async (layers: unknown, student: object = { checkpoint: file, graph: names }) => {
    const text = JSON.stringify({
      name: 'exits',
      dataset: {
        kind: 'text-classification',
        train: 'train.csv',
        test: 'test.csv',
        tokenizer: { kind: 'bytes' },
      },
      student,
      strategy: { kind: 'self', layers },
    });
    const problems = await checkExperiment(text, join(folder, 'one.distill.json'));
    return problems.filter(({ path }) => path[0] === 'strategy');
  };
  assert.deepEqual(await findings(['first', 'mean']), []);
  const refused = async (layers: unknown, path: (string | number)[], message: RegExp) => {
    const [first, ...rest] = await findings(layers);
    assert.deepEqual([first?.path, rest], [['strategy', 'layers', ...path], []], JSON.stringify(layers));
    assert.match(`${first!.message} ${first!.remedy}`, message);
  };
  await refused(['first', 'frist'], [1], /has no value "frist"\. Nearest: "first"/);
  await refused(['scores'], [], /No exit can stand on "scores" of .*: it is the answer/);
  await refused(
    ['probabilities'],
    [],
    /No exit can stand on "probabilities" of .*: it comes after the answer/,
  );
  await refused(['apart'], [0], /"apart" is no hidden state/);
  await refused([9], [], /Layer 9 of the student is not there/);
  await refused(['first', 'first'], [1], /An exit stands after "first" already/);
  await refused([0], [0], /a whole number of at least 1, but is 0/);
  const described = { model: { architecture: 'bert', layers: 3, hiddenSize: 8, heads: 1 } };
  assert.deepEqual(await findings([1, 2], described), []);
  const [plain] = await findings(['first'], described);
  assert.match(plain!.message, /The student has no value "first": only ONNX models have layers with names/);
  const [last] = await findings([3], described);
  assert.match(`${last!.message} ${last!.remedy}`, /Layer 3 is the last of the student.* from 1 to 2/);
});
