import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import {
  add,
  binary,
  broadcastShape,
  cast,
  div,
  filling,
  mul,
  node,
  reshape,
  scalar,
  sub,
  unary,
  where,
} from '../graph/record.ts';
import type { Value, ValueType } from '../graph/value.ts';

/**
 * The result has the type of the first operand, as in the JavaScript backend; tfjs has matched the two before. bool is
 * computed in int32.
 */
function arithmetic(compute: (a: Value, b: Value) => Value) {
  return kernel<tf.BinaryInputs>(({ a, b }) => {
    const type: ValueType = a.type === 'bool' ? 'int32' : a.type;
    return cast(compute(cast(a, type), cast(b, type)), a.type);
  });
}

function comparison(operator: string) {
  return kernel<tf.BinaryInputs>(({ a, b }) => {
    const type: ValueType = a.type === 'bool' ? 'int32' : a.type;
    return binary(operator, cast(a, type), cast(b, type), 'bool');
  });
}

function logical(operator: string) {
  return kernel<tf.BinaryInputs>(({ a, b }) => binary(operator, cast(a, 'bool'), cast(b, 'bool'), 'bool'));
}

/** Computes with a divisor that is never 0 (a processor traps on that), and gives 0 there, as JavaScript's |0 does. */
function guarded(b: Value, compute: (divisor: Value) => Value): Value {
  const zero = binary('Equal', b, scalar(0, 'int32'), 'bool');
  return where(zero, scalar(0, 'int32'), compute(where(zero, scalar(1, 'int32'), b)));
}

const floorMod = (a: Value, b: Value) => binary('Mod', a, b);

function mod(a: Value, b: Value): Value {
  if (a.type === 'int32') return guarded(b, (divisor) => floorMod(a, divisor));
  const shape = broadcastShape(a, b);
  const remainder = node('Mod', [a, b], { shape, type: 'float32' }, { fmod: 1 });
  const opposed = binary('Less', mul(remainder, b), scalar(0), 'bool');
  return where(opposed, add(remainder, b), remainder);
}

function floorDiv(a: Value, b: Value): Value {
  if (a.type === 'float32') return cast(unary('Floor', div(a, b)), 'int32');
  const [x, y] = [cast(a, 'int32'), cast(b, 'int32')];
  return guarded(y, (divisor) => div(sub(x, floorMod(x, divisor)), divisor));
}

/** The angle of (x, y) from the quotient's arctangent, turned by π where x is negative. */
function atan2(y: Value, x: Value): Value {
  const atan = unary('Atan', div(y, x));
  const turned = where(
    binary('Less', y, scalar(0), 'bool'),
    sub(atan, scalar(Math.PI)),
    add(atan, scalar(Math.PI)),
  );
  const angle = where(binary('Less', x, scalar(0), 'bool'), turned, atan);
  const origin = binary(
    'And',
    binary('Equal', x, scalar(0), 'bool'),
    binary('Equal', y, scalar(0), 'bool'),
    'bool',
  );
  return where(origin, y, angle);
}

function pow(base: Value, exponent: Value): Value {
  const power = filling(exponent);
  if (base.type === 'float32' && exponent.rank <= base.rank) {
    if (power === 2) return mul(base, base);
    if (power === 0.5) return unary('Sqrt', base);
    if (power === 1) return base;
  }
  return binary('Pow', base, exponent);
}

function squaredDifference(a: Value, b: Value): Value {
  const difference = sub(a, b);
  return mul(difference, difference);
}

export const binaryKernels: KernelTable = {
  Add: arithmetic(add),
  Sub: arithmetic(sub),
  Multiply: arithmetic(mul),
  RealDiv: arithmetic((a, b) =>
    a.type === 'float32' ? div(a, b) : guarded(b, (divisor) => div(a, divisor)),
  ),
  FloorDiv: kernel<tf.FloorDivInputs>(({ a, b }) => floorDiv(a, cast(b, a.type))),
  Mod: arithmetic(mod),
  Pow: arithmetic(pow),
  Maximum: arithmetic((a, b) => binary('Max', a, b)),
  Minimum: arithmetic((a, b) => binary('Min', a, b)),
  SquaredDifference: arithmetic(squaredDifference),
  Atan2: arithmetic(atan2),
  BitwiseAnd: arithmetic((a, b) => binary('BitwiseAnd', a, b)),
  Prelu: kernel<tf.PreluInputs>(({ x, alpha }) => {
    const float = cast(x, 'float32');
    return where(binary('Less', float, scalar(0), 'bool'), mul(float, cast(alpha, 'float32')), float);
  }),

  Equal: comparison('Equal'),
  NotEqual: kernel<tf.NotEqualInputs>(({ a, b }) =>
    unary('Not', binary('Equal', a, cast(b, a.type), 'bool')),
  ),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),

  AddN: kernel<tf.AddNInputs>((values) => values.reduce(add)),
  Select: kernel<tf.SelectInputs>(({ condition, t, e }) => {
    const type: ValueType = t.type === 'float32' || e.type === 'float32' ? 'float32' : t.type;
    return where(rowsOf(cast(condition, 'bool'), t.rank), cast(t, type), cast(e, type));
  }),
};

/** A condition of rank 1 over tensors of a higher rank chooses whole rows. */
function rowsOf(condition: Value, rank: number): Value {
  if (condition.rank !== 1 || rank <= 1) return condition;
  return reshape(condition, [condition.shape[0]!, ...Array<number>(rank - 1).fill(1)]);
}
