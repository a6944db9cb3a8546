import { tf } from '../../../../src/device/tensorflow.ts';
import {
  check,
  type Family,
  floats,
  given,
  integers,
  type KernelCase,
  levels,
  type Operand,
} from '../case.ts';

type Size = number | [number, number];
type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

function pools(
  x: Operand,
  size: Size,
  strides: Size,
  pad: Pad,
  rounding?: 'floor' | 'round' | 'ceil',
): KernelCase[] {
  const name = `${x.dtype} ${x.shape}, windows of ${size}, strides ${strides}, pad ${JSON.stringify(pad)} ${rounding ?? ''}`;
  // The gradient of tfjs-core forgets how the number of windows was rounded.
  const options = { gradients: rounding === undefined };
  return [
    check(
      `maxPool of ${name}`,
      [x],
      (x) => tf.maxPool(x as tf.Tensor4D, size, strides, pad, rounding),
      options,
    ),
    check(
      `avgPool of ${name}`,
      [x],
      (x) => tf.avgPool(x as tf.Tensor4D, size, strides, pad, rounding),
      options,
    ),
  ];
}

export const pooling: Family = {
  name: 'pooling',
  cases: [
    // Few distinct values, so that windows hold their maximum more than once.
    ...pools(levels([2, 4, 6, 3]), 2, 2, 'valid'),
    ...pools(levels([2, 5, 7, 3]), 2, 2, 'valid'),
    ...pools(levels([2, 5, 7, 3]), 2, 2, 'same'),
    ...pools(levels([2, 7, 8, 2]), 3, 3, 'same'),
    ...pools(levels([2, 7, 8, 2]), 3, 2, 'same'),
    ...pools(levels([2, 7, 8, 2]), 3, 2, 'valid'),
    ...pools(levels([2, 6, 6, 2]), 3, 1, 'same'),
    ...pools(levels([1, 6, 7, 2]), [3, 2], [1, 2], 'valid'),
    ...pools(levels([1, 6, 7, 2]), [1, 3], [1, 1], 'same'),
    ...pools(levels([1, 8, 7, 2]), 2, 3, 'valid'),
    ...pools(levels([1, 7, 7, 2]), 3, 2, 1, 'floor'),
    ...pools(levels([1, 6, 6, 2]), 3, 2, 0, 'ceil'),
    ...pools(levels([2, 4, 3, 5]), [4, 3], 1, 'valid'),
    ...pools(floats([2, 4, 3, 5]), 1, 1, 'valid'),
    ...pools(floats([2, 5, 5, 5]), 1, 2, 'valid'),
    ...pools(floats([0, 4, 4, 5]), 2, 2, 'valid'),
    check('maxPool of integers', [integers([2, 4, 5, 2])], (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same')),
    check('maxPool of integers in overlapping windows', [integers([2, 4, 5, 2])], (x) =>
      tf.maxPool(x as tf.Tensor4D, 3, 1, 'same'),
    ),
    check('maxPool of one image without a batch', [levels([4, 5, 2])], (x) =>
      tf.maxPool(x as tf.Tensor3D, 2, 2, 'same'),
    ),
    check('avgPool of one image without a batch', [floats([4, 5, 2])], (x) =>
      tf.avgPool(x as tf.Tensor3D, 2, 2, 'same'),
    ),
    check(
      'maxPool with explicit padding',
      [levels([2, 6, 5, 2])],
      (x) =>
        tf.maxPool(x as tf.Tensor4D, 3, 2, [
          [0, 0],
          [1, 1],
          [2, 1],
          [0, 0],
        ]),
      { gradients: false },
    ),
    check(
      'maxPool of infinities',
      [
        given(
          [
            1,
            Number.NEGATIVE_INFINITY,
            3,
            2,
            Number.NEGATIVE_INFINITY,
            Number.NEGATIVE_INFINITY,
            Number.POSITIVE_INFINITY,
            0,
          ],
          [1, 2, 4, 1],
        ),
      ],
      (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'),
    ),
    check('pool with dilations', [floats([2, 6, 7, 2])], (x) =>
      tf.pool(x as tf.Tensor4D, 2, 'max', 'valid', 2, 1),
    ),
  ],
};
