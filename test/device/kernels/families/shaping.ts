import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, integers, type KernelCase } from '../case.ts';

const transposed = (shape: readonly number[], permutation?: number[]): KernelCase =>
  check(`transpose of [${shape}] by ${permutation ?? 'reversal'}`, [floats(shape)], (x) =>
    tf.transpose(x!, permutation),
  );

export const shaping: Family = {
  name: 'shaping',
  cases: [
    check('identity', [floats([2, 3])], (x) => tf.clone(x!)),
    check('reshape', [floats([2, 6])], (x) => tf.reshape(x!, [3, -1])),
    check('reshape to a scalar', [floats([1, 1])], (x) => tf.reshape(x!, [])),
    check('reshape of nothing', [floats([0, 6])], (x) => tf.reshape(x!, [3, 0, 2])),
    check('reshape of a reshape of booleans', [booleans([2, 6])], (x) =>
      tf.reshape(tf.reshape(x!, [4, 3]), [12]),
    ),
    check('expandDims and squeeze', [floats([2, 3])], (x) => [
      tf.expandDims(x!, 0),
      tf.expandDims(x!, -1),
      tf.squeeze(tf.expandDims(x!, 1)),
    ]),
    transposed([3, 4]),
    transposed([2, 3, 4], [1, 0, 2]),
    transposed([2, 3, 4], [2, 0, 1]),
    transposed([2, 3, 4, 2], [0, 2, 1, 3]),
    transposed([2, 1, 4], [1, 0, 2]),
    transposed([0, 3], [1, 0]),
    transposed([]),
    check('transpose of a transpose', [floats([2, 3, 4])], (x) =>
      tf.transpose(tf.transpose(x!, [1, 2, 0]), [2, 1, 0]),
    ),
    check('transpose of integers and booleans', [integers([2, 3]), booleans([2, 3])], (a, b) => [
      tf.transpose(a!),
      tf.transpose(b!),
    ]),
    check('broadcastTo', [floats([3, 1])], (x) => tf.broadcastTo(x!, [2, 3, 4])),
    check('broadcastTo of a scalar', [floats([])], (x) => tf.broadcastTo(x!, [2, 3])),
    check('broadcastTo nothing', [floats([1, 3])], (x) => tf.broadcastTo(x!, [0, 3]), { gradients: false }),
    ...[0, 1, -1].map((axis) =>
      check(`concat along ${axis}`, [floats([2, 3]), floats([2, 3]), floats([2, 3])], (...all) =>
        tf.concat(all, axis),
      ),
    ),
    check('concat of different lengths', [floats([2, 1]), floats([2, 4])], (...all) => tf.concat(all, 1)),
    check('concat with nothing', [floats([0, 3]), floats([2, 3])], (...all) => tf.concat(all, 0)),
    check('concat of one', [floats([2, 3])], (...all) => tf.concat(all, 0)),
    check('concat of integers', [integers([2, 3]), integers([1, 3])], (...all) => tf.concat(all, 0)),
    check('concat of booleans', [booleans([2, 3]), booleans([2, 2])], (...all) => tf.concat(all, 1)),
    ...[0, 1, -1].map((axis) =>
      check(`stack along ${axis}`, [floats([2, 3]), floats([2, 3])], (...all) => tf.stack(all, axis)),
    ),
    check('stack of scalars', [floats([]), floats([])], (...all) => tf.stack(all)),
    ...[0, 1, -1].map((axis) =>
      check(`unstack along ${axis}`, [floats([2, 3])], (x) => tf.unstack(x!, axis)),
    ),
    check('pad', [floats([2, 3])], (x) =>
      tf.pad(
        x!,
        [
          [1, 0],
          [2, 1],
        ],
        0.5,
      ),
    ),
    check(
      'pad of nothing',
      [floats([0, 3])],
      (x) =>
        tf.pad(
          x!,
          [
            [1, 1],
            [0, 0],
          ],
          2,
        ),
      { gradients: false },
    ),
    check('pad of integers', [integers([4])], (x) => tf.pad(x!, [[1, 2]], 7)),
    check('pad of booleans', [booleans([4])], (x) => tf.pad(x!, [[1, 2]], 1)),
    check('pad by nothing', [floats([2, 3])], (x) =>
      tf.pad(x!, [
        [0, 0],
        [0, 0],
      ]),
    ),
    check(
      'mirrorPad, reflecting',
      [floats([3, 4])],
      (x) =>
        tf.mirrorPad(
          x!,
          [
            [1, 2],
            [0, 1],
          ],
          'reflect',
        ),
      {
        gradients: false,
      },
    ),
    check(
      'mirrorPad, symmetric',
      [floats([3, 4])],
      (x) =>
        tf.mirrorPad(
          x!,
          [
            [1, 2],
            [0, 1],
          ],
          'symmetric',
        ),
      {
        gradients: false,
      },
    ),
    check('tile', [floats([2, 3])], (x) => tf.tile(x!, [2, 3])),
    check('tile of a vector', [floats([3])], (x) => tf.tile(x!, [4])),
    check('tile by nothing', [floats([2, 3])], (x) => tf.tile(x!, [0, 1]), { gradients: false }),
    check('tile of integers and booleans', [integers([3]), booleans([3])], (a, b) => [
      tf.tile(a!, [2]),
      tf.tile(b!, [2]),
    ]),
    check('fill, zeros and ones', [], () => [
      tf.fill([2, 3], 1.5),
      tf.fill([2], 3, 'int32'),
      tf.fill([2], 1, 'bool'),
      tf.fill([0, 2], 1),
      tf.zeros([3]),
      tf.ones([2, 2]),
    ]),
    check(
      'zerosLike and onesLike',
      [floats([2, 3]), integers([2]), booleans([0])],
      (a, b, c) => [tf.zerosLike(a!), tf.onesLike(a!), tf.onesLike(b!), tf.zerosLike(c!)],
      { gradients: false },
    ),
    check('range and linspace', [], () => [
      tf.range(0, 5),
      tf.range(5, 0, -2),
      tf.range(1, 6, 2, 'int32'),
      tf.linspace(-1, 1, 7),
      tf.linspace(2, 3, 1),
    ]),
    check('oneHot', [integers([5], 0, 3)], (x) => tf.oneHot(x!, 4)),
    check('oneHot of a matrix, other values', [integers([2, 3], -1, 4)], (x) => tf.oneHot(x!, 4, 2, -1)),
    check('oneHot as floats', [integers([3], 0, 2)], (x) => tf.oneHot(x!, 3, 1, 0, 'float32')),
    check('oneHot of nothing', [integers([0], 0, 2)], (x) => tf.oneHot(x!, 3)),
    check('spaceToBatchND', [floats([2, 4, 6, 3])], (x) =>
      tf.spaceToBatchND(
        x!,
        [2, 3],
        [
          [1, 1],
          [0, 0],
        ],
      ),
    ),
    check('spaceToBatchND of integers', [integers([1, 4, 2])], (x) => tf.spaceToBatchND(x!, [2], [[0, 0]])),
    check('batchToSpaceND', [floats([12, 2, 3, 2])], (x) =>
      tf.batchToSpaceND(
        x!,
        [2, 3],
        [
          [1, 0],
          [0, 2],
        ],
      ),
    ),
    check('spaceToBatchND of nothing', [floats([0, 4, 2])], (x) => tf.spaceToBatchND(x!, [2], [[0, 0]])),
  ],
};
