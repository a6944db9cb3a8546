import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';
import type { ConvolutionOptions } from './convolution.ts';

/**
 * A 3×3 convolution of each channel by itself, without bias: (batch, height, width, channels) to
 * (batch, ⌈height / stride⌉, ⌈width / stride⌉, channels). `NAME.weight` is (3, 3, 1, channels); checkpoints hold it as
 * PyTorch does, (channels, 1, 3, 3).
 */
export function depthwise(
  weights: WeightRegistry,
  name: string,
  channels: number,
  { stride = 1, padding = 1 }: Pick<ConvolutionOptions, 'stride' | 'padding'>,
): (x: Tensor) => Tensor {
  const weight = weights.parameter(`${name}.weight`, [3, 3, 1, channels], 'he');
  return (x) => {
    const filter = tf.reshape(weight, [3, 3, channels, 1]) as Tensor4D;
    const rounding = padding === 'same' ? undefined : 'floor';
    return tf.depthwiseConv2d(x as Tensor4D, filter, stride, padding, 'NHWC', 1, rounding);
  };
}
