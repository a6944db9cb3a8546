import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, integers } from '../case.ts';

export const slicing: Family = {
  name: 'slicing',
  cases: [
    check('slice', [floats([4, 5])], (x) => tf.slice(x!, [1, 2], [2, 3])),
    check('slice to the end', [floats([4, 5])], (x) => tf.slice(x!, [1, 2], [-1, 2])),
    check('slice of rows', [floats([4, 5])], (x) => tf.slice(x!, 2, 1)),
    check('slice of everything', [floats([4, 5])], (x) => tf.slice(x!, [0, 0])),
    check('slice of nothing', [floats([4, 5])], (x) => tf.slice(x!, [1, 2], [0, 3])),
    check('slice of four axes', [floats([3, 4, 2, 3])], (x) => tf.slice(x!, [1, 0, 1, 0], [2, 3, 1, 2])),
    check('slice of integers and booleans', [integers([5]), booleans([5])], (a, b) => [
      tf.slice(a!, [1], [3]),
      tf.slice(b!, [2], [2]),
    ]),
    check('stridedSlice', [floats([6, 7])], (x) => tf.stridedSlice(x!, [1, 0], [5, 7], [2, 3]), {
      gradients: false,
    }),
    check(
      'stridedSlice backwards',
      [floats([6, 7])],
      (x) => tf.stridedSlice(x!, [5, -1], [0, -6], [-2, -1]),
      {
        gradients: false,
      },
    ),
    check(
      'stridedSlice with masks',
      [floats([6, 7])],
      (x) => tf.stridedSlice(x!, [2, 1], [4, 3], [1, 1], 1, 2, 0, 0, 0),
      {
        gradients: false,
      },
    ),
    check(
      'stridedSlice that drops an axis',
      [floats([6, 7])],
      (x) => tf.stridedSlice(x!, [2, 1], [3, 5], [1, 1], 0, 0, 0, 0, 1),
      {
        gradients: false,
      },
    ),
    check('reverse', [floats([2, 3, 4])], (x) => [
      tf.reverse(x!),
      tf.reverse(x!, 1),
      tf.reverse(x!, [0, -1]),
    ]),
    check('reverse of integers and booleans', [integers([5]), booleans([2, 3])], (a, b) => [
      tf.reverse(a!),
      tf.reverse(b!, 1),
    ]),
    check('reverse of a scalar and of nothing', [floats([]), floats([0, 2])], (a, b) => [
      tf.reverse(a!),
      tf.reverse(b!, 0),
    ]),
    check('split in equal parts', [floats([4, 6])], (x) => tf.split(x!, 3, 1)),
    check('split by lengths', [floats([6, 2])], (x) => tf.split(x!, [1, 2, 3], 0)),
    check('split with a length left open', [floats([6, 2])], (x) => tf.split(x!, [1, -1, 2], 0)),
    check('split along the last axis', [floats([2, 4])], (x) => tf.split(x!, 2, -1)),
    check('split of integers', [integers([4, 2])], (x) => tf.split(x!, 2)),
  ],
};
