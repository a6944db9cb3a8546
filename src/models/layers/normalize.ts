import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/**
 * (x − mean) / √(variance + epsilon) · scale + shift, with mean and variance of x over `axes`. The gradient is written
 * out (Ioffe & Szegedy 2015), which takes a third of the operations that differentiating each step would.
 * @param scale of the size of the last axis, as is `shift`.
 */
export function normalize(
  x: Tensor,
  axes: readonly number[],
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
): Tensor {
  const leading = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const over = [...axes];
  const operation = tf.customGrad((...args: unknown[]) => {
    const [input, gain, offset, save] = args as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const mean = tf.mean(input, over, true);
    const centered = tf.sub(input, mean);
    const variance = tf.mean(tf.square(centered), over, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const normal = tf.mul(centered, inverse);
    save([normal, inverse, gain]);
    return {
      value: tf.add(tf.mul(normal, gain), offset),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [unit, scaling, weight] = saved as [Tensor, Tensor, Tensor];
        const direct = tf.mul(upstream, weight);
        const along = tf.mean(tf.mul(direct, unit), over, true);
        const gradient = tf.mul(
          tf.sub(tf.sub(direct, tf.mean(direct, over, true)), tf.mul(unit, along)),
          scaling,
        );
        return [gradient, tf.sum(tf.mul(upstream, unit), leading), tf.sum(upstream, leading)];
      },
    };
  });
  return operation(x, scale, shift);
}
