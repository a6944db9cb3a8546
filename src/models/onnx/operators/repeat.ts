import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';

/**
 * A tensor repeated to a shape, as NumPy does. The gradient sums over what was repeated: that of tf.broadcastTo goes
 * through tf.tile, which has none beyond four axes.
 */
export function repeated(x: Tensor, shape: readonly number[]): Tensor {
  if (String(x.shape) === String(shape)) return x;
  const operation = tf.customGrad((...args: unknown[]) => {
    const [input] = args as [Tensor];
    const added = shape.length - input.rank;
    const axes = shape.flatMap((size, axis) =>
      axis < added || (input.shape[axis - added] === 1 && size !== 1) ? [axis] : [],
    );
    return {
      value: tf.broadcastTo(input, [...shape]),
      gradFunc: (dy: Tensor) => tf.reshape(tf.sum(dy, axes), input.shape),
    };
  });
  return operation(x);
}

/** A tensor several times along its axes. */
export function tiled(x: Tensor, times: readonly number[]): Tensor {
  const shape = x.shape.flatMap((size, axis) => (times[axis] === 1 ? [size] : [1, size]));
  const whole = x.shape.flatMap((size, axis) => (times[axis] === 1 ? [size] : [times[axis]!, size]));
  return tf.reshape(
    repeated(tf.reshape(x, shape), whole),
    x.shape.map((size, axis) => size * times[axis]!),
  );
}
