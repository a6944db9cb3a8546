import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { Operator, OperatorTable } from './operator.ts';
import { repeated } from './repeat.ts';
import { commonShape } from './value.ts';

/**
 * A product over the last two axes. A matrix is multiplied with all rows at once, so that its gradient is one product, too.
 */
export function matMul(a: Tensor, b: Tensor): Tensor {
  if (a.rank === 1 && b.rank === 1) return tf.sum(tf.mul(a, b));
  if (a.rank === 1) {
    const product = matMul(tf.expandDims(a, 0), b);
    return tf.squeeze(product, [product.rank - 2]);
  }
  if (b.rank === 1) {
    const product = matMul(a, tf.expandDims(b, 1));
    return tf.squeeze(product, [product.rank - 1]);
  }
  if (b.rank === 2) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1)!]);
    const product = tf.matMul(rows, b as Tensor);
    return a.rank === 2 ? product : tf.reshape(product, [...a.shape.slice(0, -1), b.shape[1]!]);
  }
  const before = commonShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const whole = (x: Tensor) => {
    const shape = [...before, ...x.shape.slice(-2)];
    return repeated(x, shape);
  };
  return tf.matMul(whole(a), whole(b));
}

const gemm: Operator = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const product = tf.matMul(a, b, call.number('transA', 0) !== 0, call.number('transB', 0) !== 0);
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  const scaled = alpha === 1 ? product : tf.mul(product, alpha);
  if (!call.has(2) || beta === 0) return scaled;
  const bias = call.tensor(2);
  return tf.add(scaled, beta === 1 ? bias : tf.mul(bias, beta));
};

export const linearOperators: OperatorTable = {
  MatMul: (call) => matMul(call.tensor(0), call.tensor(1)),
  Gemm: gemm,
  FusedMatMul: (call) => {
    const turned = (x: Tensor, name: string) => {
      if (call.number(name, 0) === 0) return x;
      const axes = [...x.shape.keys()];
      return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
    };
    const product = matMul(turned(call.tensor(0), 'transA'), turned(call.tensor(1), 'transB'));
    return tf.mul(product, call.number('alpha', 1));
  },
};
