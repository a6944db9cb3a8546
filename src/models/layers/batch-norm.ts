import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { isFrozen } from '../frozen.ts';
import type { WeightRegistry } from '../weights.ts';
import { normalizeBatch } from './normalize-batch.ts';

/** Share of the newest batch in the running statistics, PyTorch's `momentum`. */
const momentum = 0.1;
const usualEpsilon = 1e-5;

/**
 * Batch normalisation over all axes but the last (Ioffe & Szegedy 2015). While training it uses the statistics of the
 * batch and moves `NAME.running_mean` and `NAME.running_var` a tenth of the way towards them; otherwise it uses those.
 * Frozen statistics are used in training, too, as of a layer in evaluation mode. As in PyTorch the batch is normalised by its biased variance, and the unbiased one is what runs along.
 */
export function batchNorm(
  weights: WeightRegistry,
  name: string,
  channels: number,
  epsilon = usualEpsilon,
): (x: Tensor, training: boolean) => Tensor {
  const scale = weights.parameter(`${name}.weight`, [channels], 'ones');
  const shift = weights.parameter(`${name}.bias`, [channels], 'zeros');
  const runningMean = weights.buffer(`${name}.running_mean`, [channels], 'zeros');
  const runningVariance = weights.buffer(`${name}.running_var`, [channels], 'ones');
  return (x, training) => {
    if (!training || isFrozen(runningMean) || isFrozen(runningVariance)) {
      const factor = tf.mul(scale, tf.rsqrt(tf.add(runningVariance, epsilon)));
      return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(runningMean, factor)));
    }
    const samples = x.size / channels;
    const unbiased = samples / Math.max(1, samples - 1);
    return normalizeBatch(x, scale, shift, epsilon, (mean, variance) => {
      const blend = (running: Tensor, now: Tensor, factor: number) =>
        tf.add(tf.mul(running, 1 - momentum), tf.mul(now, momentum * factor));
      runningMean.assign(blend(runningMean, mean, 1));
      runningVariance.assign(blend(runningVariance, variance, unbiased));
    });
  };
}
