import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floats } from '../models/onnx/graphs.ts';
import { channels, classifier, conv, halved, integers, kernel, node, place, size } from './followed.ts';
import { cpu } from './models.ts';

await cpu();

/** Places of an image as tokens of 8 numbers, and attention over them. */
const tokens = [
  conv('pixel_values', 'patches', 'maps'),
  node('Reshape', ['maps', 'flatten'], 'columns'),
  node('Transpose', ['columns'], 'x', { perm: [0, 2, 1] }),
];
const attention = (output: string, keyAxes: readonly number[]) => [
  node('Transpose', ['k'], 'turned', { perm: [...keyAxes] }),
  node('MatMul', ['q', 'turned'], 'scores'),
  node('Softmax', ['scores'], 'weights', { axis: -1 }),
  node('MatMul', ['weights', 'v'], 'heads'),
  node('Transpose', ['heads'], 'joined', { perm: [0, 2, 1, 3] }),
  node('Reshape', ['joined', 'together'], 'context'),
  node('MatMul', ['context', 'out'], output),
  node('ReduceMean', [output], 'mean', { axes: [1], keepdims: 0 }),
  node('LpNormalization', ['mean'], 'normal', { axis: -1 }),
  node('Gemm', ['normal', 'classifier', 'classifier.bias'], 'logits', { transB: 1 }),
];
const shared = [...kernel('patches', [8, channels, 1, 1]), integers('flatten', [0, 8, -1]), ...classifier(8)];

test('heads of one matrix for queries, keys and values', async (context) => {
  const { shapes } = await halved(context, {
    nodes: [
      ...tokens,
      node('MatMul', ['x', 'qkv'], 'all'),
      // Three kinds stand outside of the heads here.
      node('Reshape', ['all', 'parts'], 'kinds'),
      node('Transpose', ['kinds'], 'first', { perm: [2, 0, 3, 1, 4] }),
      ...['q', 'k', 'v'].map((name, at) => node('Gather', ['first', `${at}`], name, { axis: 0 })),
      ...attention('y', [0, 1, 3, 2]),
    ],
    initializer: [
      ...shared,
      floats('qkv', [8, 36]),
      integers('parts', [0, 0, 3, 4, 3]),
      ...[0, 1, 2].map((at) => place(`${at}`, at)),
      integers('together', [0, 0, 12]),
      floats('out', [12, 8]),
    ],
  });
  assert.deepEqual(
    [shapes.qkv, shapes.out, shapes.patches],
    [
      [4, 18],
      [6, 8],
      [4, channels, 1, 1],
    ],
  );
});

test('heads that share keys and values go with these', async (context) => {
  const headed = (name: string, heads: string) => [
    node('MatMul', ['x', `w${name}`], `${name}1`),
    node('Reshape', [`${name}1`, heads], `${name}2`),
    node('Transpose', [`${name}2`], `${name}3`, { perm: [0, 2, 1, 3] }),
  ];
  const repeated = (name: string) => [
    node('Unsqueeze', [`${name}3`, 'two'], `${name}4`),
    node('Shape', ['x'], `${name}s`),
    node('Gather', [`${name}s`, 'batch'], `${name}b`, { axis: 0 }),
    node('Concat', [`${name}b`, 'repeats'], `${name}r`, { axis: 0 }),
    node('Expand', [`${name}4`, `${name}r`], `${name}5`),
    node('Concat', [`${name}b`, 'whole'], `${name}w`, { axis: 0 }),
    node('Reshape', [`${name}5`, `${name}w`], name),
  ];
  const { shapes, nodes } = await halved(context, {
    nodes: [
      ...tokens,
      ...headed('q', 'queries'),
      node('Identity', ['q3'], 'q'),
      ...headed('k', 'kept'),
      ...headed('v', 'kept'),
      ...repeated('k'),
      ...repeated('v'),
      ...attention('y', [0, 1, 3, 2]),
    ],
    initializer: [
      ...shared,
      floats('wq', [8, 24]),
      floats('wk', [8, 12]),
      floats('wv', [8, 12]),
      integers('queries', [0, 0, 8, 3]),
      integers('kept', [0, 0, 4, 3]),
      integers('two', [2]),
      integers('batch', [0]),
      integers('repeats', [4, 2, size * size, 3]),
      integers('whole', [8, size * size, 3]),
      integers('together', [0, 0, 24]),
      floats('out', [24, 8]),
    ],
  });
  assert.deepEqual(
    [shapes.wq, shapes.wk, shapes.out],
    [
      [4, 12],
      [4, 6],
      [12, 8],
    ],
  );
  // Sizes that are only known when it runs keep the parts that are.
  assert.equal(nodes.filter(({ opType }) => opType === 'Where').length, 4);
});
