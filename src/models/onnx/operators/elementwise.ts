import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { ElementKind } from '../graph.ts';
import { bytesOf, kindOf } from '../reading/tensor-data.ts';
import { CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { repeated } from './repeat.ts';
import {
  commonShape,
  HostValue,
  isHost,
  kindOfTensor,
  kindOfValue,
  placesIn,
  sizeOf,
  tensorOf,
  typeOf,
  type Value,
} from './value.ts';

/** Numbers that are worked out before a step runs; what is larger is left to the device. */
const mostOnHost = 2 ** 20;

const small = (...shapes: (readonly number[])[]) => sizeOf(commonShape(...shapes)) <= mostOnHost;

type HostFunction = (...numbers: number[]) => number;

/** Floats are rounded as the device rounds them. */
const rounded = (kind: ElementKind, value: number) => (kind === 'float' ? Math.fround(value) : value);

function onHost(values: readonly HostValue[], kind: ElementKind, compute: HostFunction): HostValue {
  const shape = commonShape(...values.map((value) => value.shape));
  const places = values.map((value) => placesIn(value.shape, shape));
  const data = new Float64Array(sizeOf(shape));
  const operands: number[] = [];
  for (let at = 0; at < data.length; at++) {
    for (let index = 0; index < values.length; index++)
      operands[index] = values[index]!.data[places[index]![at]!]!;
    data[at] = rounded(kind, compute(...operands));
  }
  return new HostValue(kind, shape, data);
}

/** Two operands, repeated to one shape. */
function binary(
  compute: (a: number, b: number, kind: ElementKind) => number,
  run: (a: Tensor, b: Tensor) => Tensor,
  result?: ElementKind,
): Operator {
  return (call) => {
    const [a, b] = [call.value(0), call.value(1)];
    const kind = kindOfValue(a);
    if (isHost(a) && isHost(b) && small(a.shape, b.shape))
      return onHost([a, b], result ?? kind, (x, y) => compute(x, y, kind));
    return run(tensorOf(a), tensorOf(b));
  };
}

function unary(compute: HostFunction, run: (x: Tensor) => Tensor, result?: ElementKind): Operator {
  return (call) => {
    const x = call.value(0);
    if (isHost(x) && small(x.shape)) return onHost([x], result ?? x.kind, compute);
    return run(tensorOf(x));
  };
}

/** Any number of operands, two by two. */
function folded(fold: Operator, finish: (sum: Tensor, count: number) => Tensor = (sum) => sum): Operator {
  return (call) => {
    let found = call.value(0);
    for (const value of call.values.slice(1)) found = fold(call.over(found, value)) as Value;
    return isHost(found) ? found : finish(found, call.values.length);
  };
}

const compare = (test: (a: number, b: number) => boolean, run: (a: Tensor, b: Tensor) => Tensor) =>
  binary((a, b) => Number(test(a, b)), run, 'boolean');

const divide = binary(
  (a, b, kind) => (kind === 'float' ? a / b : Math.trunc(a / b)),
  (a, b) => (kindOfTensor(a) === 'float' ? tf.div(a, b) : truncatedQuotient(a, b)),
);

/** ONNX divides integers towards zero, TensorFlow.js towards minus infinity. */
function truncatedQuotient(a: Tensor, b: Tensor): Tensor {
  const sizes = tf.floorDiv(tf.abs(a), tf.abs(b));
  return tf.mul(sizes, tf.mul(tf.sign(a), tf.sign(b)));
}

/** Small whole powers are products: they have gradients at negative numbers, too. */
const power: Operator = (call) => {
  const [base, exponent] = [call.value(0), call.value(1)];
  if (isHost(base) && isHost(exponent) && small(base.shape, exponent.shape))
    return onHost([base, exponent], base.kind, (x, y) => x ** y);
  const x = tensorOf(base);
  if (isHost(exponent) && sizeOf(exponent.shape) === 1 && exponent.shape.length <= x.rank) {
    const value = exponent.data[0]!;
    if (value === 1) return x;
    if (value === 2) return tf.square(x);
    if (value === 3) return tf.mul(tf.square(x), x);
    if (value === 0.5) return tf.sqrt(x);
    if (value === -1) return tf.reciprocal(x);
    if (value === -0.5) return tf.rsqrt(x);
  }
  return tf.pow(x, tf.cast(tensorOf(exponent), x.dtype));
};

const modulo: Operator = (call) => {
  const truncates = call.number('fmod', 0) !== 0;
  const rest = (a: number, b: number) => (truncates ? a % b : a - b * Math.floor(a / b));
  return binary(rest, (a, b) => {
    if (truncates) throw new CannotTrain('its remainder has the sign of the dividend');
    return tf.mod(a, b);
  })(call);
};

const where: Operator = (call) => {
  const [condition, a, b] = [call.value(0), call.value(1), call.value(2)];
  if (isHost(condition) && isHost(a) && isHost(b) && small(condition.shape, a.shape, b.shape))
    return onHost([condition, a, b], a.kind, (c, x, y) => (c ? x : y));
  const shape = commonShape(condition.shape, a.shape, b.shape);
  const [yes, no] = [tensorOf(a), tensorOf(b)];
  return tf.where(
    repeated(tf.cast(tensorOf(condition), 'bool'), shape),
    repeated(yes, shape),
    repeated(no, shape),
  );
};

/** Limits are attributes in older versions, operands in newer ones. */
const clip: Operator = (call) => {
  const x = call.value(0);
  const limit = (index: number, name: string, otherwise: number) =>
    call.has(index) ? call.host(index, 'limit').data[0]! : call.number(name, otherwise);
  const [low, high] = [limit(1, 'min', -Infinity), limit(2, 'max', Infinity)];
  if (isHost(x) && small(x.shape))
    return onHost([x], x.kind, (value) => Math.min(high, Math.max(low, value)));
  const tensor = tensorOf(x);
  if (kindOfTensor(tensor) === 'float') {
    if (low === 0 && high === Infinity) return tf.relu(tensor);
    if (low === 0 && high === 6) return tf.relu6(tensor);
    return tf.clipByValue(tensor, low, high);
  }
  const above = low === -Infinity ? tensor : tf.maximum(tensor, tf.scalar(low, 'int32'));
  return high === Infinity ? above : tf.minimum(above, tf.scalar(high, 'int32'));
};

const cast: Operator = (call) => {
  const x = call.value(0);
  const to = call.number('to', 0);
  const kind = call.node.operator === 'CastLike' ? kindOfValue(call.value(1)) : kindOf(to);
  if (kind === undefined) throw new CannotTrain(`it converts to ONNX’s type ${to}`);
  if (!isHost(x)) return castTensor(x, kind);
  const bytes = bytesOf(to);
  return onHost([x], kind, (value) => {
    if (kind === 'boolean') return Number(value !== 0);
    if (kind === 'float') return value;
    return bytes === 4 ? Math.trunc(value) | 0 : Math.trunc(value);
  });
};

function castTensor(x: Tensor, kind: ElementKind): Tensor {
  if (kindOfTensor(x) === kind) return x;
  return tf.cast(x, typeOf(kind));
}

const bool = (x: Tensor) => tf.cast(x, 'bool');

/** Rounds halves to the even neighbor. */
const roundToEven = (x: number) => {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
};

const add = binary((a, b) => a + b, tf.add);
const maximum = binary((a, b) => Math.max(a, b), tf.maximum);
const minimum = binary((a, b) => Math.min(a, b), tf.minimum);

export const elementwiseOperators: OperatorTable = {
  Add: add,
  Sub: binary((a, b) => a - b, tf.sub),
  Mul: binary((a, b) => a * b, tf.mul),
  Div: divide,
  Pow: power,
  Mod: modulo,
  Max: folded(maximum),
  Min: folded(minimum),
  Sum: folded(add),
  Mean: folded(add, (sum, count) => tf.div(sum, count)),
  Equal: compare((a, b) => a === b, tf.equal),
  Greater: compare((a, b) => a > b, tf.greater),
  GreaterOrEqual: compare((a, b) => a >= b, tf.greaterEqual),
  Less: compare((a, b) => a < b, tf.less),
  LessOrEqual: compare((a, b) => a <= b, tf.lessEqual),
  And: compare(
    (a, b) => Boolean(a && b),
    (a, b) => tf.logicalAnd(bool(a), bool(b)),
  ),
  Or: compare(
    (a, b) => Boolean(a || b),
    (a, b) => tf.logicalOr(bool(a), bool(b)),
  ),
  Xor: compare(
    (a, b) => a !== b,
    (a, b) => tf.logicalXor(bool(a), bool(b)),
  ),
  Not: unary(
    (x) => Number(!x),
    (x) => tf.logicalNot(bool(x)),
    'boolean',
  ),
  Neg: unary((x) => -x, tf.neg),
  Abs: unary(Math.abs, tf.abs),
  Sign: unary(Math.sign, tf.sign),
  Exp: unary(Math.exp, tf.exp),
  Log: unary(Math.log, tf.log),
  Sqrt: unary(Math.sqrt, tf.sqrt),
  Reciprocal: unary((x) => 1 / x, tf.reciprocal),
  Floor: unary(Math.floor, tf.floor),
  Ceil: unary(Math.ceil, tf.ceil),
  Round: unary(roundToEven, tf.round),
  Sin: unary(Math.sin, tf.sin),
  Cos: unary(Math.cos, tf.cos),
  Tan: unary(Math.tan, tf.tan),
  IsNaN: unary((x) => Number(Number.isNaN(x)), tf.isNaN, 'boolean'),
  Where: where,
  Clip: clip,
  Cast: cast,
  CastLike: cast,
};
