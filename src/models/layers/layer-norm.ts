import type { Tensor } from '@tensorflow/tfjs-core';
import { layerNorm as normalizeRows } from '../../device/operations/layer-norm.ts';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';
import { normalize } from './normalize.ts';

/** Layer normalisation over the last axis (Ba et al. 2016); `NAME.weight` and, if there is one, `NAME.bias` are (size). */
export function layerNorm(
  weights: WeightRegistry,
  name: string,
  size: number,
  epsilon = 1e-5,
  { bias = true }: { readonly bias?: boolean } = {},
): (x: Tensor) => Tensor {
  const scale = weights.parameter(`${name}.weight`, [size], 'ones');
  const shift = bias ? weights.parameter(`${name}.bias`, [size], 'zeros') : undefined;
  return (x) => normalizeRows(x, scale, shift ?? tf.zeros([size]), epsilon);
}

/**
 * Layer normalisation of feature maps: statistics over height, width and channels of each sample, scale and shift per
 * channel. PyTorch calls it GroupNorm with one group.
 */
export function imageLayerNorm(
  weights: WeightRegistry,
  name: string,
  channels: number,
  epsilon = 1e-5,
): (x: Tensor) => Tensor {
  const scale = weights.parameter(`${name}.weight`, [channels], 'ones');
  const shift = weights.parameter(`${name}.bias`, [channels], 'zeros');
  return (x) => normalize(x, [1, 2, 3], scale, shift, epsilon);
}
