import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { Initializer } from '../initialization.ts';
import type { WeightRegistry } from '../weights.ts';

export interface ConvolutionOptions {
  readonly kernel: number;
  readonly stride?: number;
  /**
   * Zeros on every side; `same`: as few as make ⌈length / stride⌉ of a length, one more behind than before where they are
   * odd, as TensorFlow pads. Left out: ⌊kernel / 2⌋.
   */
  readonly padding?: number | 'same' | undefined;
  readonly bias?: boolean;
  readonly initializer?: Initializer;
}

/**
 * A square convolution over (batch, height, width, channels).
 * `NAME.weight` is (kernel, kernel, inputs, outputs); checkpoints hold it as PyTorch does, (outputs, inputs, kernel,
 * kernel).
 */
export function convolution(
  weights: WeightRegistry,
  name: string,
  inputs: number,
  outputs: number,
  {
    kernel,
    stride = 1,
    padding = Math.floor(kernel / 2),
    bias = true,
    initializer = 'he',
  }: ConvolutionOptions,
): (x: Tensor) => Tensor {
  const weight = weights.parameter(`${name}.weight`, [kernel, kernel, inputs, outputs], initializer);
  const offset = bias ? weights.parameter(`${name}.bias`, [outputs], 'zeros') : undefined;
  return (x) => {
    const rounding = padding === 'same' ? undefined : 'floor';
    const y = tf.conv2d(x as Tensor4D, weight as Tensor4D, stride, padding, 'NHWC', 1, rounding);
    return offset ? tf.add(y, offset) : y;
  };
}
