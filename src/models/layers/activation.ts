import type { Tensor } from '@tensorflow/tfjs-core';
import { gelu } from '../../device/operations/gelu.ts';
import { tf } from '../../device/tensorflow.ts';

export type Activation = 'gelu' | 'gelu_new' | 'relu' | 'relu6' | 'silu';

export function activation(kind: Activation): (x: Tensor) => Tensor {
  switch (kind) {
    case 'gelu':
      return gelu;
    case 'gelu_new':
      return geluByTanh;
    case 'relu':
      return (x) => tf.relu(x);
    case 'relu6':
      return (x) => tf.relu6(x);
    case 'silu':
      return silu;
  }
}

const cubic = 0.044715;
const slope = Math.sqrt(2 / Math.PI);
const bend = (x: Tensor) => tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), cubic), 1)), slope));

/** The approximation of gelu by tanh that GPT-2 was trained with. */
const geluByTanh = elementwise(
  (x) => tf.mul(tf.mul(x, tf.add(bend(x), 1)), 0.5),
  (x) => {
    const t = bend(x);
    const inner = tf.mul(tf.add(tf.mul(tf.square(x), 3 * cubic), 1), slope);
    const turning = tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), inner);
    return tf.mul(tf.add(tf.add(t, 1), turning), 0.5);
  },
);

/** x·σ(x), also called swish. */
const silu = elementwise(
  (x) => tf.mul(x, tf.sigmoid(x)),
  (x) => {
    const gate = tf.sigmoid(x);
    return tf.mul(gate, tf.add(tf.mul(x, tf.sub(1, gate)), 1));
  },
);

/** An activation with its derivative written out, which takes fewer operations than differentiating its parts. */
function elementwise(f: (x: Tensor) => Tensor, derivative: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [Tensor, (tensors: Tensor[]) => void];
    save([x]);
    return {
      value: f(x),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => tf.mul(upstream, derivative(saved[0]!)),
    };
  });
}
