import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';

/**
 * x / √(mean(x²) + epsilon) · scale over the last axis (Zhang & Sennrich 2019); `NAME.weight` is (size).
 * @param options.aroundOne whether the weight is what the scale differs from 1, as in Gemma
 */
export function rmsNorm(
  weights: WeightRegistry,
  name: string,
  size: number,
  epsilon: number,
  { aroundOne = false } = {},
): (x: Tensor) => Tensor {
  const weight = weights.parameter(`${name}.weight`, [size], aroundOne ? 'zeros' : 'ones');
  const operation = tf.customGrad((...args: unknown[]) => {
    const [x, gain, save] = args as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
    const normal = tf.mul(x, inverse);
    save([normal, inverse, gain]);
    return {
      value: tf.mul(normal, gain),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [unit, scaling, scale] = saved as [Tensor, Tensor, Tensor];
        const direct = tf.mul(upstream, scale);
        const along = tf.mean(tf.mul(direct, unit), -1, true);
        const leading = Array.from({ length: unit.rank - 1 }, (_, axis) => axis);
        return [
          tf.mul(tf.sub(direct, tf.mul(unit, along)), scaling),
          tf.sum(tf.mul(upstream, unit), leading),
        ];
      },
    };
  });
  return (x) => operation(x, aroundOne ? tf.add(weight, 1) : weight);
}
