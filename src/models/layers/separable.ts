import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';
import { convolution } from './convolution.ts';
import { type Normalization, normalization } from './normalization.ts';

/**
 * A 3×3 convolution of each channel by itself, with stride 2, then a 1×1 convolution across them, normalisation and ReLU
 * (Howard et al. 2017): from (batch, h, w, inputs) to (batch, ⌈h / 2⌉, ⌈w / 2⌉, outputs) at about a ninth of the cost of
 * a whole one. `NAME.depthwise.weight` is (3, 3, 1, inputs) and without bias; `NAME.pointwise.*` a convolution,
 * `NAME.norm.*` the normalisation.
 */
export function separable(
  weights: WeightRegistry,
  name: string,
  inputs: number,
  outputs: number,
  kind: Normalization,
): (x: Tensor, training: boolean) => Tensor {
  const depthwise = weights.parameter(`${name}.depthwise.weight`, [3, 3, 1, inputs], 'he');
  const across = convolution(weights, `${name}.pointwise`, inputs, outputs, {
    kernel: 1,
    bias: kind !== 'batch',
  });
  const norm = normalization(kind, weights, `${name}.norm`, outputs, 'maps');
  return (x, training) => {
    const filter = tf.reshape(depthwise, [3, 3, inputs, 1]) as Tensor4D;
    const apart = tf.depthwiseConv2d(x as Tensor4D, filter, 2, 1, 'NHWC', 1, 'floor');
    return tf.relu(norm(across(apart), training));
  };
}
