import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel, type Target } from '../graph/kernel.ts';
import { cast, filled, node, reshape, transpose } from '../graph/record.ts';
import { sizeOf, type Value } from '../graph/value.ts';

/** Swaps the last two axes. */
function transposed(value: Value): Value {
  const axes = value.shape.map((_, axis) => axis);
  const last = axes.pop()!;
  const beforeLast = axes.pop()!;
  return transpose(value, [...axes, last, beforeLast]);
}

/** a · b over the last two axes, either one transposed, leading axes broadcast. */
export function matMul(a: Value, b: Value, transposeA: boolean, transposeB: boolean, target: Target): Value {
  const [rows, innerA] = lastTwo(a, transposeA);
  const [innerB, columns] = lastTwo(b, transposeB);
  if (innerA !== innerB)
    throw new Error(
      `Matrices of shapes [${a.shape}] and [${b.shape}] cannot be multiplied with transposeA = ${transposeA} and transposeB = ${transposeB}.`,
    );
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape([...batchA], [...batchB]);
  const shape = [...batch, rows, columns];
  const type = a.type === 'float32' || b.type === 'float32' ? 'float32' : 'int32';
  if (innerA === 0) return filled(shape, 0, type);
  const [x, y] = [cast(a, type), cast(b, type)];

  if (sizeOf(batch) === 1) return reshape(gemm(flat(x), flat(y), transposeA, transposeB), shape);
  // One right operand for the whole batch: all rows go through one multiplication.
  if (sizeOf(batchB) === 1 && !transposeA)
    return reshape(gemm(reshape(x, [sizeOf(batchA) * rows, innerA]), flat(y), false, transposeB), shape);
  if (type === 'float32' && target === 'cpu')
    return node(
      'FusedMatMul',
      [x, y],
      { shape, type },
      { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
      'com.microsoft',
    );
  return node('MatMul', [transposeA ? transposed(x) : x, transposeB ? transposed(y) : y], { shape, type });
}

function lastTwo(value: Value, swapped: boolean): [number, number] {
  const [rows, columns] = value.shape.slice(-2) as [number, number];
  return swapped ? [columns, rows] : [rows, columns];
}

/** Drops leading axes of length 1. */
const flat = (value: Value) => reshape(value, value.shape.slice(-2));

function gemm(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const [rows] = lastTwo(a, transposeA);
  const [, columns] = lastTwo(b, transposeB);
  const output = { shape: [rows, columns], type: a.type };
  // ONNX Runtime has Gemm for floats only.
  if (a.type !== 'float32')
    return node('MatMul', [transposeA ? transposed(a) : a, transposeB ? transposed(b) : b], output);
  return node('Gemm', [a, b], output, { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
}

export const matMulKernels: KernelTable = {
  BatchMatMul: kernel<tf.BatchMatMulInputs, tf.BatchMatMulAttrs>(
    ({ a, b }, { transposeA, transposeB }, target) => matMul(a, b, transposeA, transposeB, target),
  ),
  Einsum: kernel<tf.EinsumInputs, tf.EinsumAttrs>((values, { equation }) => {
    const compact = equation.replace(/\s/g, '');
    return node(
      'Einsum',
      values.map((value) => cast(value, 'float32')),
      { shape: einsumShape(compact, values), type: 'float32' },
      { equation: compact },
    );
  }),
};

/** The shape of an explicit Einstein summation such as 'ij,jk->ik'. */
function einsumShape(equation: string, values: readonly Value[]): number[] {
  const [left = '', right = ''] = equation.split('->');
  const lengths = new Map<string, number>();
  left.split(',').forEach((letters, index) => {
    [...letters].forEach((letter, axis) => {
      lengths.set(letter, values[index]!.shape[axis]!);
    });
  });
  return [...right].map((letter) => lengths.get(letter)!);
}
