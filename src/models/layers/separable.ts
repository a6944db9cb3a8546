import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';
import { convolution } from './convolution.ts';
import { depthwise } from './depthwise.ts';
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
  const apart = depthwise(weights, `${name}.depthwise`, inputs, { stride: 2 });
  const across = convolution(weights, `${name}.pointwise`, inputs, outputs, {
    kernel: 1,
    bias: kind !== 'batch',
  });
  const norm = normalization(kind, weights, `${name}.norm`, outputs, 'maps');
  return (x, training) => tf.relu(norm(across(apart(x)), training));
}
