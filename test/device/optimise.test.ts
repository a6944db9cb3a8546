import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf } from '../../src/device/onnx/graph/graph.ts';
import {
  add,
  div,
  mul,
  node,
  reshape,
  scalar,
  sub,
  transpose,
  unary,
} from '../../src/device/onnx/graph/record.ts';
import { reduce } from '../../src/device/onnx/graph/reduce.ts';
import { Value } from '../../src/device/onnx/graph/value.ts';
import { matMul } from '../../src/device/onnx/kernels/matmul.ts';
import { optimise } from '../../src/device/onnx/optimise/optimise.ts';

const input = (...shape: number[]) => new Value(shape, 'float32');

/** The operators left, in order, with the alpha of products. */
function operators(...outputs: Value[]): string[] {
  return optimise(graphOf(outputs)).nodes.map(({ operator, attributes: { alpha } }) =>
    typeof alpha === 'object' && 'float' in alpha ? `${operator} × ${alpha.float}` : operator,
  );
}

test('equal nodes become one', () => {
  const x = input(2, 3);
  assert.deepEqual(operators(add(unary('Exp', x), unary('Exp', x))), ['Exp', 'Add']);
});

test('constant factors meet in one, and cancel where they do', () => {
  const x = input(2, 3);
  assert.deepEqual(operators(mul(mul(mul(x, scalar(2)), scalar(3)), scalar(4))), ['Mul']);
  assert.deepEqual(operators(unary('Exp', div(mul(x, scalar(8)), scalar(8)))), ['Exp']);
  assert.deepEqual(operators(unary('Exp', unary('Neg', unary('Neg', x)))), ['Exp']);
});

test('a factor goes into the matrix product it ends in', () => {
  const [a, b] = [input(2, 3), input(3, 4)];
  const scaled = transpose(reshape(mul(a, scalar(0.5)), [3, 2]), [1, 0]);
  assert.deepEqual(operators(matMul(scaled, unary('Neg', b), false, false, 'cpu')), [
    'Reshape',
    'Transpose',
    'Gemm × -0.5',
  ]);
});

test('a sum with a negated operand is a difference, and a difference of negated ones a sum', () => {
  const [a, b] = [input(5), input(5)];
  assert.deepEqual(operators(unary('Exp', add(a, unary('Neg', b)))), ['Sub', 'Exp']);
  assert.deepEqual(operators(unary('Exp', sub(a, unary('Neg', b)))), ['Add', 'Exp']);
  assert.deepEqual(operators(unary('Exp', add(mul(a, scalar(3)), mul(b, scalar(3))))), ['Add', 'Mul', 'Exp']);
});

test('a sum of all squares is one operator, and its factor comes out squared', () => {
  const x = mul(input(2, 3), scalar(3));
  const sum = reduce('ReduceSum', mul(x, x), [0, 1], false);
  assert.deepEqual(operators(div(sum, scalar(9))), ['ReduceSumSquare']);
  assert.deepEqual(operators(reduce('ReduceSum', mul(x, x), [1], false)), ['Mul', 'ReduceSum', 'Mul']);
});

test('factors do not pass where the result would differ', () => {
  const x = input(4);
  assert.deepEqual(operators(unary('Relu', unary('Neg', x))), ['Neg', 'Relu']);
  assert.deepEqual(operators(unary('Sqrt', mul(x, scalar(-1)))), ['Neg', 'Sqrt']);
  assert.deepEqual(operators(unary('Exp', mul(x, scalar(0)))), ['Mul', 'Exp']);
  const wide = node('Mul', [x, scalar(1e30)], { shape: [4], type: 'float32' });
  assert.deepEqual(operators(mul(wide, scalar(1e-30))), ['Mul', 'Mul']);
});

test('the bias of a linear layer is added inside its product, unless the product is needed without it', () => {
  const [x, weights, bias] = [input(2, 3), input(3, 4), input(4)];
  const product = () => matMul(x, weights, false, false, 'cpu');
  assert.deepEqual(operators(add(product(), bias)), ['Gemm']);
  assert.deepEqual(operators(add(bias, product())), ['Gemm']);
  const shared = product();
  assert.deepEqual(operators(add(shared, bias), shared), ['Gemm', 'Add']);
  assert.deepEqual(operators(add(product(), input(2, 1))), ['Gemm', 'Add']);
});
