import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, given, integers, type KernelCase, levels } from '../case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const shapes: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [
    [3, 5],
    [3, 5],
  ],
  [[3, 5], [5]],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 3]],
  [[2, 3], []],
  [[], []],
  [[1], [1, 1]],
  [[0, 3], [3]],
  [[2, 0], [1]],
];

const arithmetic: readonly [name: string, compute: Binary, low?: number, high?: number][] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', tf.div, 0.3, 3],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
  ['pow', tf.pow, 0.2, 2.5],
  ['atan2', tf.atan2, 0.2, 3],
  ['mod', tf.mod, 0.5, 3],
  ['divNoNan', tf.divNoNan, 0.3, 3],
];

/** tfjs-core sums the gradients of only some operations over broadcast axes, and none over axes of length 0. */
function hasGradient(name: string, a: readonly number[], b: readonly number[]): boolean {
  if (name === 'divNoNan') return false;
  if (String(a) === String(b)) return true;
  return !['maximum', 'minimum', 'squaredDifference'].includes(name) && a.at(-1) !== 0;
}

const comparisons: readonly [name: string, compute: Binary][] = [
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
];

const logical: readonly [name: string, compute: Binary][] = [
  ['logicalAnd', tf.logicalAnd],
  ['logicalOr', tf.logicalOr],
  ['logicalXor', tf.logicalXor],
];

const integral: readonly [name: string, compute: Binary][] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['floorDiv', tf.floorDiv],
  ['mod', tf.mod],
  ['squaredDifference', tf.squaredDifference],
];

const specials = given([nan, infinity, -infinity, 0, 1, nan, 1, 0]);
const others = given([1, 1, 2, infinity, nan, nan, -infinity, 0]);

const cases: KernelCase[] = [
  ...arithmetic.flatMap(([name, compute, low = -3, high = 3]) =>
    shapes.map(([a, b]) =>
      check(
        `${name} of [${a}] and [${b}]`,
        [floats(a, low, high), floats(b, low, high)],
        compute as KernelCase['compute'],
        { gradients: hasGradient(name, a, b) },
      ),
    ),
  ),
  ...comparisons.flatMap(([name, compute]) => [
    ...shapes.map(([a, b]) =>
      check(`${name} of [${a}] and [${b}]`, [levels(a), levels(b)], compute as KernelCase['compute'], {
        gradients: false,
      }),
    ),
    check(
      `${name} of integers`,
      [integers([12], 0, 2), integers([12], 0, 2)],
      compute as KernelCase['compute'],
    ),
    check(`${name} of booleans`, [booleans([12]), booleans([12])], compute as KernelCase['compute']),
    check(`${name} of NaN and infinities`, [specials, others], compute as KernelCase['compute'], {
      gradients: false,
    }),
  ]),
  ...logical.flatMap(([name, compute]) =>
    shapes.map(([a, b]) =>
      check(`${name} of [${a}] and [${b}]`, [booleans(a), booleans(b)], compute as KernelCase['compute']),
    ),
  ),
  ...integral.map(([name, compute]) =>
    check(
      `${name} of integers`,
      [given([7, -7, 7, -7, 6, 0], [2, 3], 'int32'), given([2, 2, -2, -2, 3, 5], [2, 3], 'int32')],
      compute as KernelCase['compute'],
    ),
  ),
  ...(
    [
      ['add', tf.add],
      ['mul', tf.mul],
      ['div', tf.div],
      ['maximum', tf.maximum],
      ['minimum', tf.minimum],
    ] as [string, Binary][]
  ).map(([name, compute]) =>
    check(`${name} of NaN and infinities`, [specials, others], compute as KernelCase['compute'], {
      gradients: false,
    }),
  ),
];

export const elementwiseBinary: Family = {
  name: 'element-wise, several operands',
  cases: [
    ...cases,
    check('maximum and minimum of equal numbers', [levels([12]), levels([12])], (a, b) => [
      tf.maximum(a!, b!),
      tf.minimum(a!, b!),
    ]),
    check(
      'pow of negative numbers',
      [given([-2, -2, -1, 3]), given([2, 3, 0, -1])],
      (a, b) => tf.pow(a!, b!),
      {
        gradients: false,
      },
    ),
    check('pow of integers', [given([2, -3, 5], [3], 'int32'), given([3, 2, 0], [3], 'int32')], (a, b) =>
      tf.pow(a!, b!),
    ),
    check('div of integers', [given([7, -7, 6], [3], 'int32'), given([2, 2, 3], [3], 'int32')], (a, b) =>
      tf.div(a!, b!),
    ),
    check(
      'mod of floats with signs',
      [given([5.5, -5.5, 5.5, -5.5]), given([2, 2, -2, -2])],
      (a, b) => tf.mod(a!, b!),
      {
        gradients: false,
      },
    ),
    check('bitwiseAnd', [integers([8], 0, 255), integers([8], 0, 255)], (a, b) => tf.bitwiseAnd(a!, b!)),
    check('add of integers and floats', [integers([2, 3]), floats([3])], (a, b) => tf.add(a!, b!)),
    check('mul of booleans and floats', [booleans([2, 3]), floats([2, 3])], (a, b) => tf.mul(a!, b!)),
    check('prelu', [floats([2, 3, 4]), floats([4])], (x, alpha) => tf.prelu(x!, alpha!)),
    check('prelu with a slope for each element', [floats([2, 3]), floats([2, 3])], (x, alpha) =>
      tf.prelu(x!, alpha!),
    ),
    check('addN of three', [floats([2, 3]), floats([2, 3]), floats([2, 3])], (...all) => tf.addN(all)),
    check('addN of one', [floats([2, 3])], (...all) => tf.addN(all)),
    check('where of equal shapes', [booleans([3, 4]), floats([3, 4]), floats([3, 4])], (condition, a, b) =>
      tf.where(condition!, a!, b!),
    ),
    check('where with broadcasting', [booleans([3, 1]), floats([3, 4]), floats([4])], (condition, a, b) =>
      tf.where(condition!, a!, b!),
    ),
    check('where of integers', [booleans([6]), integers([6]), integers([6])], (condition, a, b) =>
      tf.where(condition!, a!, b!),
    ),
    check('where of booleans', [booleans([6]), booleans([6]), booleans([6])], (condition, a, b) =>
      tf.where(condition!, a!, b!),
    ),
    check('where of nothing', [booleans([0, 2]), floats([0, 2]), floats([0, 2])], (condition, a, b) =>
      tf.where(condition!, a!, b!),
    ),
  ],
};
