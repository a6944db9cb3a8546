/**
 * Recording: functions that make graph values out of graph values. `node` records any ONNX operator; the others are
 * the operators used all over, with shapes worked out, constants folded and no-ops left out.
 *
 * ONNX Runtime has holes where tensors are empty, so no node ever makes or takes one: an output of size 0 becomes a
 * constant, and kernels that make something out of nothing (a sum over no elements) say what themselves.
 */
import { tf } from '../../tensorflow.ts';
import { RecordingMode } from './recording-mode.ts';
import {
  type Attributes,
  type GraphNode,
  type HostArray,
  sameShape,
  sizeOf,
  Value,
  type ValueType,
} from './value.ts';

export interface OutputSpec {
  readonly shape: readonly number[];
  readonly type: ValueType;
}

/** Records one operator with one output. */
export function node(
  operator: string,
  inputs: readonly (Value | undefined)[],
  output: OutputSpec,
  attributes: Attributes = {},
  domain = '',
): Value {
  return nodes(operator, inputs, [output], attributes, domain)[0]!;
}

/** Records one operator with several outputs. */
export function nodes(
  operator: string,
  inputs: readonly (Value | undefined)[],
  outputs: readonly OutputSpec[],
  attributes: Attributes = {},
  domain = '',
): Value[] {
  const values = outputs.map(({ shape, type }) => new Value(shape, type));
  const made: GraphNode = { operator, domain, inputs, attributes, outputs: values };
  for (const value of values) {
    if (value.size === 0) value.constant = { data: arrayOf(value.type, 0) };
    else value.node = made;
  }
  return values;
}

export function arrayOf(type: ValueType, length: number): HostArray {
  if (type === 'float32') return new Float32Array(length);
  if (type === 'int32') return new Int32Array(length);
  if (type === 'int64') return new BigInt64Array(length);
  return new Uint8Array(length);
}

/** A constant of the given numbers. */
export function constant(numbers: ArrayLike<number>, shape: readonly number[], type: ValueType): Value {
  const value = new Value(shape, type);
  const data = arrayOf(type, numbers.length);
  for (let index = 0; index < numbers.length; index++)
    data[index] = type === 'int64' ? BigInt(numbers[index]!) : (numbers[index] as never);
  value.constant = { data };
  return value;
}

/** A constant tensor whose elements are all equal; costs one element until an operator needs it whole. */
export function filled(shape: readonly number[], number: number, type: ValueType): Value {
  const value = new Value(shape, type);
  const data = arrayOf(type, sizeOf(shape) === 0 ? 0 : 1);
  if (data.length === 1) data[0] = type === 'int64' ? BigInt(number) : (number as never);
  value.constant = { data };
  return value;
}

export function scalar(number: number, type: ValueType = 'float32'): Value {
  return filled([], number, type);
}

/** A list of integers as an ONNX operator wants it for shapes, axes and the like. */
export function int64s(numbers: readonly number[]): Value {
  return constant(numbers, [numbers.length], 'int64');
}

/** The number all elements of a constant are equal to, if there is one. */
export function filling(value: Value): number | undefined {
  return value.constant?.data.length === 1 ? Number(value.constant.data[0]) : undefined;
}

export function reshape(value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value;
  if (value.constant) {
    const reshaped = new Value(shape, value.type);
    reshaped.constant = value.constant;
    return reshaped;
  }
  // A reshape of a reshape needs only the last.
  const source = value.node?.operator === 'Reshape' ? value.node.inputs[0]! : value;
  if (sameShape(source.shape, shape)) return source;
  return node('Reshape', [source, int64s(shape)], { shape, type: value.type });
}

export function transpose(value: Value, permutation: readonly number[]): Value {
  if (permutation.every((from, to) => from === to)) return value;
  const shape = permutation.map((axis) => value.shape[axis]!);
  if (filling(value) !== undefined) return reshape(value, shape);
  // Where only axes of length 1 move, the elements stay in order.
  const moved = permutation.filter((axis) => value.shape[axis] !== 1);
  if (moved.every((axis, index) => index === 0 || axis > moved[index - 1]!)) return reshape(value, shape);
  if (value.node?.operator === 'Transpose') {
    const before = value.node.attributes.perm as readonly number[];
    return transpose(
      value.node.inputs[0]!,
      permutation.map((axis) => before[axis]!),
    );
  }
  return node('Transpose', [value], { shape, type: value.type }, { perm: permutation });
}

/** Conversion as tfjs does it: to bool is `≠ 0`, float to int32 truncates, NaN and infinities become 0. */
export function cast(value: Value, type: ValueType): Value {
  if (value.type === type) return value;
  const number = filling(value);
  if (number !== undefined) return filled(value.shape, converted(number, type), type);
  if (value.type === 'float32' && type === 'int32') {
    const finite = binary('Less', unary('Abs', value), scalar(Number.POSITIVE_INFINITY), 'bool');
    const clean = where(finite, value, scalar(0));
    return node('Cast', [clean], { shape: value.shape, type }, { to: onnxType(type) });
  }
  return node('Cast', [value], { shape: value.shape, type }, { to: onnxType(type) });
}

function converted(number: number, type: ValueType): number {
  if (type === 'bool') return number !== 0 ? 1 : 0;
  return type === 'float32' ? Math.fround(number) : Number.isFinite(number) ? Math.trunc(number) : 0;
}

/** TensorProto.DataType. */
export function onnxType(type: ValueType): number {
  return { float32: 1, int32: 6, int64: 7, bool: 9 }[type];
}

export function broadcastShape(...values: readonly Value[]): number[] {
  return values.reduce<number[]>(
    (shape, value) => tf.broadcast_util.assertAndGetBroadcastShape(shape, [...value.shape]),
    [],
  );
}

/** An operator over two broadcast operands of one type. */
export function binary(operator: string, a: Value, b: Value, type: ValueType = a.type): Value {
  const shape = broadcastShape(a, b);
  return node(operator, withWholeShape([a, b], shape), { shape, type });
}

export function add(a: Value, b: Value): Value {
  if (filling(b) === 0 && b.rank <= a.rank && sameShape(broadcastShape(a, b), a.shape)) return a;
  if (filling(a) === 0 && sameShape(broadcastShape(a, b), b.shape)) return b;
  return binary('Add', a, b);
}

export function sub(a: Value, b: Value): Value {
  if (filling(b) === 0 && sameShape(broadcastShape(a, b), a.shape)) return a;
  return binary('Sub', a, b);
}

export function mul(a: Value, b: Value): Value {
  const [x, y] = [filling(a), filling(b)];
  if (y === 1 && sameShape(broadcastShape(a, b), a.shape)) return a;
  if (x === 1 && sameShape(broadcastShape(a, b), b.shape)) return b;
  if (x !== undefined && y !== undefined && a.type === 'float32')
    return filled(broadcastShape(a, b), Math.fround(x * y), 'float32');
  return binary('Mul', a, b);
}

export function div(a: Value, b: Value): Value {
  if (filling(b) === 1 && sameShape(broadcastShape(a, b), a.shape)) return a;
  return binary('Div', a, b);
}

/** An operator over one operand that keeps its shape. */
export function unary(
  operator: string,
  value: Value,
  type: ValueType = value.type,
  attributes: Attributes = {},
): Value {
  return node(operator, [value], { shape: value.shape, type }, attributes);
}

export function where(condition: Value, yes: Value, no: Value): Value {
  const shape = broadcastShape(condition, yes, no);
  if (yes.type === 'bool') return cast(where(condition, cast(yes, 'int32'), cast(no, 'int32')), 'bool');
  return node('Where', withWholeShape([condition, yes, no], shape), { shape, type: yes.type });
}

/** Operands that are constants of one number are cut down to scalars where another operand spans the whole shape. */
function withWholeShape(values: readonly Value[], shape: readonly number[]): Value[] {
  const spanned = values.some((value) => filling(value) === undefined && sameShape(value.shape, shape));
  if (!spanned) return [...values];
  return values.map((value) => {
    const number = filling(value);
    return number === undefined || value.rank === 0 ? value : scalar(number, value.type);
  });
}

export function concat(values: readonly Value[], axis: number): Value {
  const full = values.filter((value) => value.size > 0);
  if (full.length === 1) return full[0]!;
  const shape = [...values[0]!.shape];
  shape[axis] = values.reduce((length, value) => length + value.shape[axis]!, 0);
  return node('Concat', full, { shape, type: values[0]!.type }, { axis });
}

/**
 * Records cuts also where they leave everything, as a cut to the length of a text does in the longest: the graphs of all
 * lengths have the same nodes then.
 */
export const allCutsKept = new RecordingMode();

/** Elements begin, begin + step, … before end, along the given axes; all bounds are inside the axis, or −1 − length. */
export function slice(
  value: Value,
  axes: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[] = axes.map(() => 1),
): Value {
  const kept = axes
    .map((_, index) => index)
    .filter((index) => {
      if (allCutsKept.on) return true;
      const length = value.shape[axes[index]!]!;
      return !(begin[index] === 0 && end[index] === length && steps[index] === 1);
    });
  const shape = [...value.shape];
  for (const index of kept)
    shape[axes[index]!] = Math.max(0, Math.ceil((end[index]! - begin[index]!) / steps[index]!));
  if (kept.length === 0) return value;
  const number = filling(value);
  if (number !== undefined) return filled(shape, number, value.type);
  // For negative steps ONNX counts an end before the first element as one below −length.
  const bounded = kept.map((index) => (end[index]! < 0 ? -value.shape[axes[index]!]! - 1 : end[index]!));
  return node(
    'Slice',
    [
      value,
      int64s(kept.map((index) => begin[index]!)),
      int64s(bounded),
      int64s(kept.map((index) => axes[index]!)),
      int64s(kept.map((index) => steps[index]!)),
    ],
    { shape, type: value.type },
  );
}

/** Surrounds a value by a number. */
export function pad(
  value: Value,
  before: readonly number[],
  after: readonly number[],
  number: number,
): Value {
  if (before.every((count) => count === 0) && after.every((count) => count === 0)) return value;
  const shape = value.shape.map((length, axis) => before[axis]! + length + after[axis]!);
  if (value.size === 0) return filled(shape, number, value.type);
  return node('Pad', [value, int64s([...before, ...after]), scalar(number, value.type)], {
    shape,
    type: value.type,
  });
}
