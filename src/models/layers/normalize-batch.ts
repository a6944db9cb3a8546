import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/**
 * (x − mean) / √(variance + epsilon) · scale + shift, with statistics over all axes but the last. Mean, deviation, scale and shift are then vectors of one length, and
 * whatever can be done to these is, so that few operations pass over x (Ioffe & Szegedy 2015): with c = x − mean,
 *
 *     y = c·(g/σ) + b        dx = dy·(g/σ) − c·(g/σ³·mean(dy·c)) − g/σ·mean(dy)
 *
 * @param x (…, channels); scale and shift (channels).
 * @param observe sees mean and (biased) variance, (channels); no gradient flows through what it does.
 */
export function normalizeBatch(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  epsilon: number,
  observe: (mean: Tensor, variance: Tensor) => void,
): Tensor {
  const leading = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const operation = tf.customGrad((...args: unknown[]) => {
    const [input, gain, offset, save] = args as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const mean = tf.mean(input, leading);
    const centered = tf.sub(input, mean);
    const variance = tf.mean(tf.square(centered), leading);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    observe(mean, variance);
    save([centered, inverse, gain]);
    return {
      value: tf.add(tf.mul(centered, tf.mul(gain, inverse)), offset),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [c, inverse, gain] = saved as [Tensor, Tensor, Tensor];
        const factor = tf.mul(gain, inverse);
        const samples = c.size / c.shape.at(-1)!;
        const shiftGradient = tf.sum(upstream, leading);
        const gainGradient = tf.mul(tf.sum(tf.mul(upstream, c), leading), inverse);
        const along = tf.mul(tf.mul(factor, inverse), tf.mul(gainGradient, 1 / samples));
        const level = tf.mul(factor, tf.mul(shiftGradient, 1 / samples));
        const gradient = tf.sub(tf.mul(upstream, factor), tf.add(tf.mul(c, along), level));
        return [gradient, gainGradient, shiftGradient];
      },
    };
  });
  return operation(x, scale, shift);
}
