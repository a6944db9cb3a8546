import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, given, integers } from '../case.ts';

const indices = (data: readonly number[], shape: readonly number[] = [data.length]) =>
  given(data, shape, 'int32');

export const gathering: Family = {
  name: 'gather and scatter',
  cases: [
    ...[0, 1, -1].map((axis) =>
      check(`gather along ${axis}`, [floats([3, 4]), indices([2, 0, 2])], (x, at) =>
        tf.gather(x!, at as tf.Tensor1D, axis),
      ),
    ),
    check(
      'gather by a matrix of indices, as an embedding does',
      [floats([5, 3]), indices([4, 0, 0, 2, 4, 4], [2, 3])],
      (x, at) => tf.gather(x!, at as tf.Tensor2D),
    ),
    check(
      'gather by a scalar',
      [floats([5, 3]), indices([2], [])],
      (x, at) => tf.gather(x!, at as tf.Scalar),
      {
        gradients: false,
      },
    ),
    check(
      'gather with batch dimensions',
      [floats([2, 4, 3]), indices([1, 0, 3, 3], [2, 2])],
      (x, at) => tf.gather(x!, at as tf.Tensor2D, 1, 1),
      { gradients: false },
    ),
    check('gather nothing', [floats([4, 3]), indices([], [0])], (x, at) => tf.gather(x!, at as tf.Tensor1D)),
    check('gather integers and booleans', [integers([4]), booleans([4]), indices([3, 3, 0])], (a, b, at) => [
      tf.gather(a!, at as tf.Tensor1D),
      tf.gather(b!, at as tf.Tensor1D),
    ]),
    check('gatherND', [floats([3, 4, 2]), indices([0, 1, 2, 3], [2, 2])], (x, at) => tf.gatherND(x!, at!), {
      gradients: false,
    }),
    check(
      'gatherND of single elements',
      [floats([3, 4]), indices([0, 1, 2, 3, 2, 3], [3, 2])],
      (x, at) => tf.gatherND(x!, at!),
      {
        gradients: false,
      },
    ),
    check(
      'scatterND, some places twice',
      [indices([1, 3, 1], [3, 1]), floats([3, 2])],
      (at, updates) => tf.scatterND(at!, updates!, [5, 2]),
      { gradients: false },
    ),
    check('scatterND of integers', [indices([4, 0], [2, 1]), integers([2])], (at, updates) =>
      tf.scatterND(at!, updates!, [5]),
    ),
    check(
      'tensorScatterUpdate',
      [floats([5, 2]), indices([1, 3], [2, 1]), floats([2, 2])],
      (x, at, updates) => tf.tensorScatterUpdate(x!, at!, updates!),
      { gradients: false },
    ),
    check('unsortedSegmentSum', [floats([5, 3]), indices([2, 0, 2, 1, 0])], (x, ids) =>
      tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 4),
    ),
    check('unsortedSegmentSum of integers', [integers([4]), indices([1, 1, 0, 2])], (x, ids) =>
      tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 3),
    ),
    check(
      'unsortedSegmentSum of nothing',
      [floats([0, 2]), indices([], [0])],
      (x, ids) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 3),
      { gradients: false },
    ),
  ],
};
