import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, given, integers, type KernelCase, levels } from '../case.ts';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const ofFloats: readonly [name: string, compute: Reduction][] = [
  ['sum', tf.sum],
  ['mean', tf.mean],
  ['max', tf.max],
  ['min', tf.min],
  ['prod', tf.prod],
  ['logSumExp', tf.logSumExp],
  ['norm', (x, axis, keepDims) => tf.norm(x, 'euclidean', axis, keepDims)],
];

const axes: readonly (readonly [shape: readonly number[], axis: number | number[] | undefined])[] = [
  [[2, 3, 4], undefined],
  [[2, 3, 4], 0],
  [[2, 3, 4], 1],
  [[2, 3, 4], -1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 4],
    [-1, -2],
  ],
  [[2, 1, 4], 1],
  [[5], 0],
  [[], undefined],
];

const over = (axis: number | number[] | undefined) => (axis === undefined ? 'everything' : `axis ${axis}`);

const cases: KernelCase[] = ofFloats.flatMap(([name, compute]) =>
  axes.flatMap(([shape, axis]) => {
    // The gradient of prod in tfjs-core wants methods on tensors, which are not registered.
    const gradients = name !== 'prod';
    const named = (keepDims: boolean) =>
      `${name} of [${shape}] over ${over(axis)}${keepDims ? ', kept' : ''}`;
    return [false, true].map((keepDims) =>
      check(named(keepDims), [floats(shape, 0.3, 2)], (x) => compute(x!, axis, keepDims), {
        gradients,
        absolute: 1e-5,
      }),
    );
  }),
);

const arg = (name: string, compute: (x: tf.Tensor, axis?: number) => tf.Tensor): KernelCase[] => [
  ...[0, 1, 2, -1].map((axis) =>
    check(`${name} along ${axis}`, [levels([2, 4, 5])], (x) => compute(x!, axis), { gradients: false }),
  ),
  check(`${name} of a vector`, [levels([6])], (x) => compute(x!), { gradients: false }),
  check(`${name} of integers`, [integers([3, 4])], (x) => compute(x!, 1)),
];

export const reductions: Family = {
  name: 'reductions',
  cases: [
    ...cases,
    ...arg('argMax', tf.argMax),
    ...arg('argMin', tf.argMin),
    ...(['all', 'any'] as const).flatMap((name) => [
      check(`${name} of booleans`, [booleans([3, 4])], (x) => tf[name](x!)),
      check(`${name} along an axis`, [booleans([3, 2])], (x) => tf[name](x!, 1)),
      check(`${name}, kept`, [booleans([3, 2])], (x) => tf[name](x!, [0], true)),
      check(`${name} of a scalar`, [booleans([])], (x) => tf[name](x!)),
    ]),
    ...(['sum', 'mean', 'max', 'min', 'prod'] as const).flatMap((name) => [
      check(`${name} of integers`, [integers([3, 4])], (x) => tf[name](x!, 1)),
    ]),
    check('sum of booleans', [booleans([3, 4])], (x) => tf.sum(x!, 1)),
    check('max and min where several are equal', [levels([3, 6])], (x) => [tf.max(x!, 1), tf.min(x!, 0)]),
    check('sum of nothing', [floats([0, 3])], (x) => [tf.sum(x!), tf.sum(x!, 0), tf.sum(x!, 1)]),
    check('mean over an empty axis', [floats([3, 0])], (x) => tf.mean(x!, 1), { gradients: false }),
    check('prod of nothing', [floats([0, 3])], (x) => tf.prod(x!, 0), { gradients: false }),
    check(
      'sum and mean of NaN and infinities',
      [given([1, Number.NaN, 2, Number.POSITIVE_INFINITY], [2, 2])],
      (x) => [tf.sum(x!, 1), tf.mean(x!, 0)],
      { gradients: false },
    ),
    check(
      'max and min of infinities',
      [given([1, Number.NEGATIVE_INFINITY, 2, Number.POSITIVE_INFINITY], [2, 2])],
      (x) => [tf.max(x!, 1), tf.min(x!, 1)],
    ),
    check('moments', [floats([4, 5])], (x) => {
      const { mean, variance } = tf.moments(x!, [0]);
      return [mean, variance];
    }),
  ],
};
