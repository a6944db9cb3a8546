import { tf } from '../../../../src/device/tensorflow.ts';
import { booleans, check, type Family, floats, given, integers, type KernelCase } from '../case.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Where a function is defined and smooth, unless all numbers will do. */
const everywhere: readonly [number, number] = [-3, 3];

type Unary = (x: tf.Tensor) => tf.Tensor;

const onFloats: readonly [name: string, compute: Unary, range?: readonly [number, number]][] = [
  ['abs', tf.abs],
  ['acos', tf.acos, [-0.95, 0.95]],
  ['acosh', tf.acosh, [1.1, 5]],
  ['asin', tf.asin, [-0.95, 0.95]],
  ['asinh', tf.asinh],
  ['atan', tf.atan],
  ['atanh', tf.atanh, [-0.95, 0.95]],
  ['ceil', tf.ceil],
  ['clipByValue', (x) => tf.clipByValue(x, -1, 1.5)],
  ['cos', tf.cos],
  ['cosh', tf.cosh],
  ['elu', tf.elu],
  ['erf', tf.erf],
  ['exp', tf.exp],
  ['expm1', tf.expm1],
  ['floor', tf.floor],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
  ['log', tf.log, [0.1, 5]],
  ['log1p', tf.log1p, [-0.9, 5]],
  ['logSigmoid', tf.logSigmoid],
  ['neg', tf.neg],
  ['reciprocal', tf.reciprocal, [0.2, 3]],
  ['relu', tf.relu],
  ['relu6', (x) => tf.relu6(tf.mul(x, 4))],
  ['round', tf.round],
  ['rsqrt', tf.rsqrt, [0.1, 5]],
  ['selu', tf.selu],
  ['sigmoid', tf.sigmoid],
  ['sign', tf.sign],
  ['sin', tf.sin],
  ['sinh', tf.sinh],
  ['softplus', tf.softplus],
  ['sqrt', tf.sqrt, [0.1, 5]],
  ['square', tf.square],
  ['step', (x) => tf.step(x, 0.25)],
  ['tan', tf.tan, [-1.3, 1.3]],
  ['tanh', tf.tanh],
];

/** WGSL gives sine and cosine 11 bits, and what is made of them fewer. */
const coarse = new Set(['sin', 'cos', 'tan', 'asin', 'acos', 'atan']);

const onSpecials: readonly [name: string, compute: Unary][] = [
  ['abs', tf.abs],
  ['ceil', tf.ceil],
  ['elu', tf.elu],
  ['exp', tf.exp],
  ['expm1', tf.expm1],
  ['floor', tf.floor],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
  ['log', tf.log],
  ['log1p', tf.log1p],
  ['neg', tf.neg],
  ['reciprocal', tf.reciprocal],
  ['relu', tf.relu],
  ['round', tf.round],
  ['sigmoid', tf.sigmoid],
  ['softplus', tf.softplus],
  ['sqrt', tf.sqrt],
  ['square', tf.square],
  ['tanh', tf.tanh],
  ['isNaN', tf.isNaN],
  ['isInf', tf.isInf],
  ['isFinite', tf.isFinite],
];

const onIntegers: readonly [name: string, compute: Unary][] = [
  ['abs', tf.abs],
  ['neg', tf.neg],
  ['relu', tf.relu],
  ['relu6', tf.relu6],
  ['sign', tf.sign],
  ['square', tf.square],
  ['step', (x) => tf.step(x)],
  ['clipByValue', (x) => tf.clipByValue(x, -2, 3)],
  ['isNaN', tf.isNaN],
  ['isInf', tf.isInf],
  ['isFinite', tf.isFinite],
];

const cases: KernelCase[] = [
  ...onFloats.map(([name, compute, range = everywhere]) =>
    check(`${name} of a matrix`, [floats([3, 5], ...range)], compute!, { coarseOnShaders: coarse.has(name) }),
  ),
  ...onFloats.map(([name, compute, range = everywhere]) =>
    check(`${name} of a scalar`, [floats([], ...range)], compute!, { coarseOnShaders: coarse.has(name) }),
  ),
  ...onFloats.map(([name, compute]) => check(`${name} of nothing`, [floats([2, 0])], compute)),
  ...onSpecials.map(([name, compute]) =>
    check(
      `${name} of NaN, infinities and zeros`,
      [given([nan, infinity, -infinity, 0, -0, 1, -1])],
      compute,
      {
        gradients: false,
      },
    ),
  ),
  ...onIntegers.map(([name, compute]) =>
    check(`${name} of integers`, [given([-7, -1, 0, 1, 2, 9], [2, 3], 'int32')], compute),
  ),
];

const dtypes = ['float32', 'int32', 'bool'] as const;

export const elementwiseUnary: Family = {
  name: 'element-wise, one operand',
  cases: [
    ...cases,
    check('round of halves', [given([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])], tf.round),
    check('exp and log near the ends of the range', [given([-87, -20, 20, 80])], (x) => tf.log(tf.exp(x!)), {
      gradients: false,
    }),
    check('expm1 and log1p near zero', [given([-1e-5, 1e-5, 1e-3])], (x) => [tf.expm1(x!), tf.log1p(x!)], {
      absolute: 1e-9,
    }),
    check('softplus and sigmoid far from zero', [given([-90, -30, 30, 90])], (x) => [
      tf.softplus(x!),
      tf.sigmoid(x!),
    ]),
    check('erf from end to end', [given([-5, -3, -1, -1e-3, 0, 1e-3, 0.5, 2, 4])], tf.erf, {
      absolute: 1e-5,
    }),
    check('logicalNot', [booleans([2, 5])], tf.logicalNot),
    ...dtypes.flatMap((dtype) => [
      check(`cast of floats to ${dtype}`, [given([-2.7, -0.5, 0, 0.4, 1, 3.9])], (x) => tf.cast(x!, dtype), {
        gradients: false,
      }),
      check(`cast of integers to ${dtype}`, [integers([7])], (x) => tf.cast(x!, dtype)),
      check(`cast of booleans to ${dtype}`, [booleans([7])], (x) => tf.cast(x!, dtype)),
      check(`cast of nothing to ${dtype}`, [floats([0, 3])], (x) => tf.cast(x!, dtype), { gradients: false }),
    ]),
    check('gradient through a cast', [floats([4])], (x) =>
      tf.mul(tf.cast(tf.cast(x!, 'float32'), 'float32'), 2),
    ),
  ],
};
