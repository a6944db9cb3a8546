import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { blockRows } from '../../src/device/onnx/blocking/block-rows.ts';
import { encodeModel, inputName, outputName } from '../../src/device/onnx/graph/encode.ts';
import { type Graph, graphOf } from '../../src/device/onnx/graph/graph.ts';
import {
  add,
  binary,
  cast,
  mul,
  node,
  reshape,
  scalar,
  sub,
  transpose,
  unary,
  where,
} from '../../src/device/onnx/graph/record.ts';
import { reduce } from '../../src/device/onnx/graph/reduce.ts';
import { Value } from '../../src/device/onnx/graph/value.ts';
import { matMul } from '../../src/device/onnx/kernels/matmul.ts';

const options = { cacheBytes: 2 ** 18 };
const input = (...shape: number[]) => new Value(shape, 'float32');

/** Output numbers of a graph over fixed inputs; `order` says which value each input is. */
async function outputs(graph: Graph, order: readonly Value[]): Promise<number[][]> {
  const session = await InferenceSession.create(encodeModel(graph), { intraOpNumThreads: 1 });
  const feeds: Record<string, Tensor> = {};
  graph.inputs.forEach((value, index) => {
    const seed = order.indexOf(value);
    const data = Float32Array.from({ length: value.size }, (_, at) => Math.sin(at * 0.37 + seed));
    feeds[inputName(index)] = new Tensor('float32', data, value.shape);
  });
  const results = await session.run(feeds);
  await session.release();
  return graph.outputs.map((_, index) =>
    Array.from(results[outputName(index)]!.data as Float32Array, Number),
  );
}

const operators = (graph: Graph) => graph.nodes.map(({ operator }) => operator);

async function sameBlocked(
  results: readonly Value[],
  inputs: readonly Value[],
  scans: number,
): Promise<void> {
  const graph = graphOf(results);
  const blocked = blockRows(graph, options);
  assert.equal(operators(blocked).filter((operator) => operator === 'Scan').length, scans);
  assert.deepEqual(await outputs(blocked, inputs), await outputs(graph, inputs));
}

test('a chain over big values runs in blocks, with vectors, columns and numbers beside them', async () => {
  const [x, y, vector, column] = [input(1024, 300), input(1024, 300), input(300), input(1024, 1)];
  const gate = cast(binary('Greater', x, scalar(0), 'bool'), 'float32');
  const chain = unary('Tanh', add(mul(sub(x, column), vector), mul(gate, y)));
  const mean = reduce('ReduceMean', chain, [1], true);
  await sameBlocked(
    [chain, mean, where(binary('Less', chain, mean, 'bool'), x, scalar(3))],
    [x, y, vector, column],
    1,
  );
});

test('products stay whole between the blocks of what comes before and after them', async () => {
  const [x, weights, bias, more] = [input(1024, 256), input(256, 512), input(512), input(512, 256)];
  const hidden = unary('Tanh', unary('Relu', add(matMul(x, weights, false, false, 'cpu'), bias)));
  const output = unary('Abs', unary('Sin', unary('Exp', matMul(hidden, more, false, false, 'cpu'))));
  const gradient = matMul(x, output, true, false, 'cpu');
  const graph = graphOf([output, gradient, reduce('ReduceSum', hidden, [0], false)]);
  const isProduct = ({ operator }: { operator: string }) => operator === 'Gemm';
  assert.deepEqual(
    blockRows(graph, options)
      .nodes.filter(isProduct)
      .map(({ outputs: [product] }) => product!.shape),
    [
      [1024, 512],
      [1024, 256],
      [256, 256],
    ],
  );
  await sameBlocked(graph.outputs, [x, weights, bias, more], 2);
});

test('what waits for a sum over all rows is a region of its own', async () => {
  const x = input(1024, 512);
  const shifted = unary('Exp', sub(mul(x, x), scalar(1)));
  const total = reduce('ReduceSum', shifted, [0, 1], true);
  const scaled = unary('Sqrt', unary('Abs', mul(unary('Neg', shifted), reshape(total, []))));
  await sameBlocked([scaled], [x], 2);
});

test('what a region needs at its beginning waits for it', async () => {
  const [x, dy, moment] = [input(1024, 256), input(1024, 640), input(640, 256)];
  const gradient = matMul(dy, x, true, false, 'cpu');
  // The decay of the moment could run long before there is a gradient.
  const next = add(unary('Neg', unary('Tanh', mul(moment, scalar(0.9)))), gradient);
  const graph = graphOf([next, unary('Abs', unary('Exp', next))]);
  const blocked = blockRows(graph, options);
  assert.deepEqual(
    operators(blocked).filter((operator) => operator !== 'Reshape'),
    ['Gemm', 'Scan'],
  );
  assert.deepEqual(await outputs(blocked, [x, dy, moment]), await outputs(graph, [x, dy, moment]));
});

test('products and softmax over leading axes run in blocks of those', async () => {
  const [q, k, v] = [input(32, 64, 4, 64), input(32, 64, 4, 64), input(32, 64, 4, 64)];
  const heads = (value: Value) => transpose(value, [0, 2, 1, 3]);
  const scores = matMul(heads(q), heads(k), false, true, 'cpu');
  const attention = node('Softmax', [scores], { shape: scores.shape, type: 'float32' }, { axis: 3 });
  await sameBlocked([heads(matMul(attention, heads(v), false, false, 'cpu'))], [q, k, v], 1);
});

test('small values, lone operators and rows without a fitting divisor are left as they are', () => {
  const small = input(64, 16);
  const long = input(1021, 600);
  const wide = input(2048, 600);
  for (const result of [
    unary('Exp', unary('Exp', unary('Exp', small))),
    unary('Exp', unary('Exp', unary('Exp', long))),
    unary('Exp', wide),
  ])
    assert.ok(!operators(blockRows(graphOf([result]), options)).includes('Scan'));
});

test('an output made by blocks is given as the blocks lie, without a copy', () => {
  const x = input(1024, 512);
  const graph = blockRows(graphOf([unary('Exp', unary('Tanh', unary('Exp', x)))]), options);
  assert.deepEqual(operators(graph), ['Reshape', 'Scan']);
  assert.equal(graph.outputs[0]!.size, x.size);
  assert.equal(graph.outputs[0]!.rank, 3);
});
