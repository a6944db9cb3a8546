import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { onnx } from 'onnx-proto';
import { pruneUnits } from '../../src/compression/structured/prune-units.ts';
import { numberAttribute } from '../../src/device/onnx/graph/node-proto.ts';
import { loadModel } from '../../src/models/checkpoint/checkpoint.ts';
import { floats, types } from '../models/onnx/graphs.ts';
import {
  type Case,
  channels,
  classifier,
  conv,
  halved,
  head,
  integers,
  kernel,
  node,
  place,
  refusal,
  written,
} from './followed.ts';
import { cpu } from './models.ts';

await cpu();

test('groups of a convolution go as a whole', async (context) => {
  const { shapes, nodes } = await halved(context, {
    nodes: [
      conv('pixel_values', 'a', 'h'),
      node('Relu', ['h'], 'r'),
      conv('r', 'b', 'g', { group: 4, pads: [1, 1, 1, 1] }),
      ...head('g'),
    ],
    initializer: [...kernel('a', [8, channels, 1, 1]), ...kernel('b', [12, 2, 3, 3]), ...classifier(12)],
  });
  assert.deepEqual(
    [shapes.a, shapes.b, shapes.classifier],
    [
      [4, channels, 1, 1],
      [6, 2, 3, 3],
      [3, 6],
    ],
  );
  assert.equal(numberAttribute(nodes.find(({ input }) => input!.includes('b'))!, 'group', 1), 2);
});

test('two halves of one matrix that are multiplied go together', async (context) => {
  const { shapes, nodes } = await halved(context, {
    nodes: [
      node('Flatten', ['pixel_values'], 'x', { axis: 1 }),
      node('MatMul', ['x', 'both'], 'h'),
      node('Split', ['h'], ['up', 'gate'], { axis: -1 }),
      node('Sigmoid', ['gate'], 'open'),
      node('Mul', ['up', 'open'], 'product'),
      node('Gemm', ['product', 'down', 'classifier.bias'], 'logits'),
    ],
    initializer: [floats('both', [32, 20]), floats('down', [10, 3]), floats('classifier.bias', [3])],
  });
  assert.deepEqual(
    [shapes.both, shapes.down],
    [
      [32, 10],
      [5, 3],
    ],
  );
  const [, sizes] = nodes.find(({ opType }) => opType === 'Split')!.input!;
  assert.deepEqual(shapes[sizes!], [2]);
});

test('maps that lie side by side lose each its own', async (context) => {
  const { shapes } = await halved(context, {
    nodes: [
      conv('pixel_values', 'a', 'p'),
      conv('p', 'b', 'q'),
      node('Concat', ['p', 'q', 'pixel_values'], 'pq', { axis: 1 }),
      conv('pq', 'c', 'r'),
      ...head('r'),
    ],
    initializer: [
      ...kernel('a', [6, channels, 1, 1]),
      ...kernel('b', [4, 6, 1, 1]),
      ...kernel('c', [8, 10 + channels, 1, 1]),
      ...classifier(8),
    ],
  });
  assert.deepEqual(
    [shapes.b, shapes.c],
    [
      [2, 3, 1, 1],
      [4, 5 + channels, 1, 1],
    ],
  );
});

test('a part of the channels is taken, the rest goes past', async (context) => {
  const { shapes, nodes } = await halved(context, {
    nodes: [
      conv('pixel_values', 'a', 'h'),
      node('Slice', ['h', 'zero', 'middle', 'one'], 'first'),
      node('Slice', ['h', 'middle', 'end', 'one'], 'second'),
      conv('second', 'b', 'made', { pads: [1, 1, 1, 1] }),
      node('Concat', ['first', 'made'], 'all', { axis: 1 }),
      ...head('all'),
    ],
    initializer: [
      ...kernel('a', [10, channels, 1, 1]),
      ...kernel('b', [6, 4, 3, 3]),
      ...classifier(12),
      integers('zero', [0]),
      integers('one', [1]),
      integers('middle', [6]),
      integers('end', [2 ** 31]),
    ],
  });
  assert.deepEqual(
    [shapes.a, shapes.b, shapes.classifier],
    [
      [5, channels, 1, 1],
      [3, 2, 3, 3],
      [3, 6],
    ],
  );
  assert.equal(nodes.filter(({ opType }) => opType === 'Slice').length, 2);
});

test('what scales channels goes with them, and has units of its own', async (context) => {
  const { shapes } = await halved(context, {
    nodes: [
      conv('pixel_values', 'a', 'h'),
      node('GlobalAveragePool', ['h'], 'mean'),
      conv('mean', 'squeeze', 's'),
      node('Relu', ['s'], 'sr'),
      conv('sr', 'excite', 'e'),
      node('HardSigmoid', ['e'], 'gate'),
      node('Mul', ['h', 'gate'], 'scaled'),
      ...head('scaled'),
    ],
    initializer: [
      ...kernel('a', [8, channels, 3, 3]),
      ...kernel('squeeze', [4, 8, 1, 1]),
      ...kernel('excite', [8, 4, 1, 1]),
      ...classifier(8),
    ],
  });
  assert.deepEqual([shapes.squeeze, shapes.excite, shapes['excite.bias']], [[2, 4, 1, 1], [4, 2, 1, 1], [4]]);
});

test('a matrix that stands in the file twice stays the same in both places', async (context) => {
  const { shapes } = await halved(context, {
    nodes: [
      node('Flatten', ['pixel_values'], 'x', { axis: 1 }),
      node('MatMul', ['x', 'in'], 'h'),
      node('Relu', ['h'], 'r'),
      node('MatMul', ['r', 'same'], 's'),
      node('Relu', ['s'], 't'),
      node('MatMul', ['t', 'copy'], 'u'),
      node('Gemm', ['u', 'classifier', 'classifier.bias'], 'logits', { transB: 1 }),
    ],
    initializer: [
      floats('in', [32, 8]),
      floats('same', [8, 8]),
      floats(
        'copy',
        [8, 8],
        Array.from({ length: 64 }, (_, at) => Math.sin(at + 'same'.length)),
      ),
      ...classifier(8),
    ],
  });
  assert.deepEqual(
    [shapes.same, shapes.copy],
    [
      [4, 4],
      [4, 4],
    ],
  );
});

const hidden = (...nodes: onnx.INodeProto[]): Case => ({
  nodes: [
    node('Flatten', ['pixel_values'], 'x', { axis: 1 }),
    node('MatMul', ['x', 'w'], 'h'),
    ...nodes,
    node('Gemm', ['y', 'classifier', 'classifier.bias'], 'logits', { transB: 1 }),
  ],
  initializer: [floats('w', [32, 8]), ...classifier(8), place('1', 1), floats('eight', [8])],
});

test('a refusal names the node that stands against it', async (context) => {
  const softmax = node('Softmax', ['h'], 'y', { axis: -1 });
  assert.equal(
    await refusal(context, hidden({ ...softmax, name: 'soft' })),
    'the node "soft" (Softmax) computes over all of them.',
  );
  assert.equal(
    await refusal(
      context,
      hidden(
        node('Shape', ['h'], 'shape'),
        node('Gather', ['shape', '1'], 'width', { axis: 0 }),
        { ...node('Cast', ['width'], 'number', { to: types.FLOAT }), name: 'cast' },
        node('Div', ['h', 'number'], 'y'),
      ),
    ),
    'the node "cast" (Cast) computes with how many there are.',
  );
  const flat = {
    nodes: [node('Flatten', ['pixel_values'], 'x', { axis: 1 }), node('MatMul', ['x', 'w'], 'logits')],
  };
  assert.equal(
    await refusal(context, { ...flat, initializer: [floats('w', [32, 3])] }),
    'what its weights make are its answers.',
  );
  const relu = hidden(node('Relu', ['h'], 'y'));
  const model = await loadModel(written(context, relu));
  await assert.rejects(
    pruneUnits(model, { sparsity: 0.01, norm: 'l1' }),
    /nothing goes .* at most 8 units of a kind/,
  );
});
