import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions } from '../model.ts';

/** While training, zeroes a fraction `rate` of the values and scales the others by 1 / (1 − rate) (Srivastava et al. 2014). */
export function dropout(x: Tensor, rate: number, { training, random }: ForwardOptions): Tensor {
  if (!training || rate === 0) return x;
  if (!random) throw new Error('dropout while training needs a RandomSource');
  const keep = 1 - rate;
  const mask = tf.mul(tf.cast(random.bernoulli(x.shape, keep), 'float32'), 1 / keep);
  return tf.mul(x, mask);
}
