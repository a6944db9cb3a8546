import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { cast, concat, filled, int64s, mul, node, nodes, scalar, slice } from '../graph/record.ts';
import type { Value } from '../graph/value.ts';

const integerIfBool = (x: Value) => (x.type === 'bool' ? cast(x, 'int32') : x);

/**
 * Products of prefixes, in ⌈log₂ n⌉ multiplications of shifted copies (Hillis & Steele 1986): ONNX has no operator for
 * it, and logarithms would lose signs and zeros.
 */
function cumulativeProduct(x: Value, axis: number, exclusive: boolean, reverse: boolean): Value {
  const length = x.shape[axis]!;
  const shifted = (value: Value, by: number) => {
    const ones = filled(
      x.shape.map((whole, index) => (index === axis ? by : whole)),
      1,
      x.type,
    );
    return reverse
      ? concat([slice(value, [axis], [by], [length]), ones], axis)
      : concat([ones, slice(value, [axis], [0], [length - by])], axis);
  };
  let product = exclusive ? shifted(x, 1) : x;
  for (let by = 1; by < length; by *= 2) product = mul(product, shifted(product, by));
  return product;
}

export const orderingKernels: KernelTable = {
  TopK: kernel<tf.TopKInputs, tf.TopKAttrs>(({ x }, { k, sorted }) => {
    const shape = [...x.shape.slice(0, -1), k];
    const [values, places] = nodes(
      'TopK',
      [integerIfBool(x), int64s([k])],
      [
        { shape, type: x.type === 'bool' ? 'int32' : x.type },
        { shape, type: 'int64' },
      ],
      { axis: -1, largest: 1, sorted: sorted === false ? 0 : 1 },
    ) as [Value, Value];
    return [cast(values, x.type), cast(places, 'int32')];
  }),
  Cumsum: kernel<tf.CumsumInputs, tf.CumsumAttrs>(({ x }, { axis, exclusive, reverse }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x.shape]) as [number];
    const operand = integerIfBool(x);
    return node(
      'CumSum',
      [operand, scalar(along, 'int32')],
      { shape: x.shape, type: operand.type },
      { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 },
    );
  }),
  Cumprod: kernel<tf.CumprodInputs, tf.CumprodAttrs>(({ x }, { axis, exclusive, reverse }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x.shape]) as [number];
    return cumulativeProduct(integerIfBool(x), along, exclusive, reverse);
  }),
};
