import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { add, binary, cast, div, filled, mul, node, scalar, sub, unary, where } from '../graph/record.ts';
import { float, type Value } from '../graph/value.ts';

/** A function of real numbers; integers go through float32 and are truncated back, as in the JavaScript backend. */
function real(compute: (x: Value) => Value) {
  return kernel<tf.UnaryInputs>(({ x }) => cast(compute(cast(x, 'float32')), x.type));
}

const direct = (operator: string) => real((x) => unary(operator, x));

/** Operators that ONNX Runtime knows for float32 and int32; bool goes through int32. */
function number(compute: (x: Value) => Value) {
  return kernel<tf.UnaryInputs>(({ x }) =>
    x.type === 'bool' ? cast(compute(cast(x, 'int32')), 'bool') : compute(x),
  );
}

/** A property of a float; integers are never NaN and always finite. */
function property(ofFloat: (x: Value) => Value, ofInteger: boolean) {
  return kernel<tf.UnaryInputs>(({ x }) =>
    x.type === 'float32' ? ofFloat(x) : filled(x.shape, ofInteger ? 1 : 0, 'bool'),
  );
}

export const isNotANumber = (x: Value) => unary('IsNaN', x, 'bool');

const magnitudeBelow = (x: Value, bound: number) => binary('Less', unary('Abs', x), scalar(bound), 'bool');

/** 1/√x. */
export const rsqrt = (x: Value) => unary('Reciprocal', unary('Sqrt', x));

/** eˣ − 1; near 0 as 2 sinh(x/2) e^(x/2), which does not cancel. */
function expm1(x: Value): Value {
  const half = mul(x, scalar(0.5));
  const near = mul(mul(unary('Sinh', half), unary('Exp', half)), scalar(2));
  return where(magnitudeBelow(x, 1), near, sub(unary('Exp', x), scalar(1)));
}

/** ln(1 + x); near 0 as 2 artanh(x / (2 + x)), which does not cancel. */
function log1p(x: Value): Value {
  const near = mul(unary('Atanh', div(x, add(x, scalar(2)))), scalar(2));
  return where(magnitudeBelow(x, 0.5), near, unary('Log', add(x, scalar(1))));
}

/**
 * 1 where x > 0, else alpha. The JavaScript backend gives NaN where x is; to look for it would take three more passes in
 * every gradient of a ReLU, and it passes on through the ReLU itself.
 */
function step(x: Value, alpha: number): Value {
  const positive = binary('Greater', x, scalar(0, x.type), 'bool');
  if (alpha === 0) return cast(positive, x.type);
  return where(positive, scalar(1, x.type), scalar(alpha, x.type));
}

function clip(x: Value, low: number, high: number): Value {
  return node('Clip', [x, scalar(low, x.type), scalar(high, x.type)], { shape: x.shape, type: x.type });
}

const eluOf = (x: Value) => unary('Elu', x, x.type, { alpha: float(1) });

export const unaryKernels: KernelTable = {
  Abs: number((x) => unary('Abs', x)),
  Neg: number((x) => unary('Neg', x)),
  Sign: number((x) =>
    x.type === 'float32' ? where(isNotANumber(x), scalar(0), unary('Sign', x)) : unary('Sign', x),
  ),
  Square: number((x) => mul(x, x)),
  Relu: number((x) => unary('Relu', x)),
  Relu6: number((x) => clip(x, 0, 6)),

  Acos: direct('Acos'),
  Acosh: direct('Acosh'),
  Asin: direct('Asin'),
  Asinh: direct('Asinh'),
  Atan: direct('Atan'),
  Atanh: direct('Atanh'),
  Ceil: direct('Ceil'),
  Cos: direct('Cos'),
  Cosh: direct('Cosh'),
  Elu: real(eluOf),
  Erf: direct('Erf'),
  Exp: kernel<tf.ExpInputs>(({ x }) => unary('Exp', cast(x, 'float32'))),
  Expm1: real(expm1),
  Floor: direct('Floor'),
  Log: direct('Log'),
  Log1p: real(log1p),
  Reciprocal: direct('Reciprocal'),
  Round: direct('Round'),
  Rsqrt: real(rsqrt),
  Selu: real((x) =>
    unary('Selu', x, x.type, {
      alpha: float(tf.backend_util.SELU_SCALEALPHA / tf.backend_util.SELU_SCALE),
      gamma: float(tf.backend_util.SELU_SCALE),
    }),
  ),
  Sigmoid: direct('Sigmoid'),
  Sin: direct('Sin'),
  Sinh: direct('Sinh'),
  Softplus: direct('Softplus'),
  Sqrt: direct('Sqrt'),
  Tan: direct('Tan'),
  Tanh: direct('Tanh'),

  IsNan: property(isNotANumber, false),
  IsInf: property((x) => unary('IsInf', x, 'bool'), false),
  IsFinite: property((x) => magnitudeBelow(x, Number.POSITIVE_INFINITY), true),
  LogicalNot: kernel<tf.LogicalNotInputs>(({ x }) => unary('Not', cast(x, 'bool'))),

  Step: kernel<tf.StepInputs, tf.StepAttrs>(({ x }, { alpha }) => step(x, alpha)),
  ClipByValue: kernel<tf.ClipByValueInputs, tf.ClipByValueAttrs>(({ x }, { clipValueMin, clipValueMax }) =>
    clip(x, clipValueMin, clipValueMax),
  ),
  LeakyRelu: kernel<tf.LeakyReluInputs, tf.LeakyReluAttrs>(({ x }, { alpha }) =>
    unary('LeakyRelu', cast(x, 'float32'), 'float32', { alpha: float(alpha) }),
  ),
  /** dy where y ≥ 0, else dy · (y + 1). */
  EluGrad: kernel<tf.EluGradInputs>(({ dy, y }) => {
    const positive = binary('GreaterOrEqual', y, scalar(0), 'bool');
    return where(positive, dy, mul(dy, add(y, scalar(1))));
  }),
  Cast: kernel<tf.CastInputs, tf.CastAttrs>(({ x }, { dtype }) => {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw new Error(`Tensors of type ${dtype} are not supported; use float32, int32 or bool.`);
    return cast(x, dtype);
  }),
};
