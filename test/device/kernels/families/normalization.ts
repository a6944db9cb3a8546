import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats } from '../case.ts';

// tfjs-core's gradient of batch normalisation fails where there is no scale.
const withoutGradients = { gradients: false };

const positive = (shape: readonly number[]) => floats(shape, 0.1, 3);

export const normalization: Family = {
  name: 'normalisation',
  cases: [
    check(
      'batchNorm with scale and offset',
      [floats([3, 4, 5, 6]), floats([6]), positive([6]), floats([6]), floats([6])],
      (x, mean, variance, offset, scale) =>
        tf.batchNorm(
          x!,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          1e-3,
        ),
      { absolute: 2e-5 },
    ),
    check(
      'batchNorm without them',
      [floats([4, 6]), floats([6]), positive([6])],
      (x, mean, variance) => tf.batchNorm2d(x as tf.Tensor2D, mean as tf.Tensor1D, variance as tf.Tensor1D),
      withoutGradients,
    ),
    check(
      'batchNorm with statistics of the full shape',
      [
        floats([2, 3, 2, 2]),
        floats([2, 3, 2, 2]),
        positive([2, 3, 2, 2]),
        floats([2, 3, 2, 2]),
        floats([2, 3, 2, 2]),
      ],
      (x, mean, variance, offset, scale) =>
        tf.batchNorm4d(
          x as tf.Tensor4D,
          mean as tf.Tensor4D,
          variance as tf.Tensor4D,
          offset as tf.Tensor4D,
          scale as tf.Tensor4D,
        ),
      { absolute: 2e-5 },
    ),
    check(
      'batchNorm of an empty batch',
      [floats([0, 3]), floats([3]), positive([3])],
      (x, mean, variance) => tf.batchNorm2d(x as tf.Tensor2D, mean as tf.Tensor1D, variance as tf.Tensor1D),
      withoutGradients,
    ),
    check(
      'layer normalisation by moments',
      [floats([4, 7]), floats([7]), floats([7])],
      (x, scale, offset) => {
        const { mean, variance } = tf.moments(x!, -1, true);
        return tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, 1e-5))), scale!), offset!);
      },
      { absolute: 2e-5 },
    ),
  ],
};
