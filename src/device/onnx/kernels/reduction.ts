import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { cast, filled, node } from '../graph/record.ts';
import { reduce } from '../graph/reduce.ts';
import type { Value, ValueType } from '../graph/value.ts';

interface Reduction {
  readonly operator: string;
  /** What no elements at all reduce to. */
  readonly empty: number;
  readonly operand: (type: ValueType) => ValueType;
  readonly result: (type: ValueType) => ValueType;
}

const integerIfBool = (type: ValueType): ValueType => (type === 'bool' ? 'int32' : type);
const same = (type: ValueType) => type;
const toBool = (): ValueType => 'bool';
const toFloat = (): ValueType => 'float32';

function reduced(
  x: Value,
  axis: number | number[] | undefined,
  keepDims: boolean | undefined,
  { operator, empty, operand, result }: Reduction,
): Value {
  const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, index) => index), [...x.shape]);
  const type = result(x.type);
  if (x.size === 0) {
    const kept = x.shape.map((length, index) => (axes.includes(index) ? 1 : length));
    return filled(keepDims ? kept : kept.filter((_, index) => !axes.includes(index)), empty, type);
  }
  return cast(reduce(operator, cast(x, operand(x.type)), axes, keepDims ?? false), type);
}

function overAxis(reduction: Reduction) {
  return kernel<tf.SumInputs, tf.SumAttrs>(({ x }, { axis, keepDims }) =>
    reduced(x, axis, keepDims, reduction),
  );
}

/** The place of the greatest or least element along one axis; the first of equals. */
function argument(operator: string) {
  return kernel<tf.ArgMaxInputs, tf.ArgMaxAttrs>(({ x }, { axis }) => {
    const [along = 0] = tf.util.parseAxisParam(axis, [...x.shape]);
    const shape = x.shape.filter((_, index) => index !== along);
    if (x.rank === 0 || x.size === 0) return filled(shape, 0, 'int32');
    const place = node(
      operator,
      [cast(x, integerIfBool(x.type))],
      { shape, type: 'int64' },
      { axis: along, keepdims: 0 },
    );
    return cast(place, 'int32');
  });
}

export const reductionKernels: KernelTable = {
  Sum: overAxis({ operator: 'ReduceSum', empty: 0, operand: integerIfBool, result: integerIfBool }),
  Mean: overAxis({ operator: 'ReduceMean', empty: 0, operand: toFloat, result: toFloat }),
  Prod: overAxis({ operator: 'ReduceProd', empty: 1, operand: integerIfBool, result: integerIfBool }),
  All: overAxis({ operator: 'ReduceMin', empty: 1, operand: () => 'int32', result: toBool }),
  Any: overAxis({ operator: 'ReduceMax', empty: 0, operand: () => 'int32', result: toBool }),
  // Alone among them, tfjs-core calls the axes of Max reductionIndices.
  Max: kernel<tf.MaxInputs, tf.MaxAttrs>(({ x }, { reductionIndices, keepDims }) =>
    reduced(x, reductionIndices, keepDims, {
      operator: 'ReduceMax',
      empty: Number.NaN,
      operand: integerIfBool,
      result: same,
    }),
  ),
  Min: overAxis({
    operator: 'ReduceMin',
    empty: Number.NaN,
    operand: integerIfBool,
    result: same,
  }),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),

  Softmax: kernel<tf.SoftmaxInputs, tf.SoftmaxAttrs>(({ logits }, { dim }) => {
    const axis = dim < 0 ? logits.rank + dim : dim;
    if (logits.rank === 0) return filled([], 1, 'float32');
    return node('Softmax', [cast(logits, 'float32')], { shape: logits.shape, type: 'float32' }, { axis });
  }),
  /** tf.logSoftmax is made of other kernels; losses with gradients of their own call this one. */
  LogSoftmax: kernel<tf.LogSoftmaxInputs, tf.LogSoftmaxAttrs>(({ logits }, { axis }) =>
    node('LogSoftmax', [cast(logits, 'float32')], { shape: logits.shape, type: 'float32' }, { axis }),
  ),
};
