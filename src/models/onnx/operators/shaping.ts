import { tf } from '../../../device/tensorflow.ts';
import { CannotTrain, fromStart, type Operator, type OperatorTable } from './operator.ts';
import { repeated, tiled } from './repeat.ts';
import {
  commonShape,
  HostValue,
  isHost,
  kindOfValue,
  placesIn,
  sizeOf,
  stridesOf,
  tensorOf,
  type Value,
} from './value.ts';

/** Elements in another shape; their order stays. */
export function reshaped(x: Value, shape: readonly number[]): Value {
  if (sizeOf(x.shape) !== sizeOf(shape))
    throw new CannotTrain(`it turns [${x.shape.join(', ')}] into [${shape.join(', ')}]`);
  return isHost(x) ? new HostValue(x.kind, shape, x.data) : tf.reshape(x, [...shape]);
}

/** Elements of a host value by their places in it. */
export const picked = (x: HostValue, shape: readonly number[], places: ArrayLike<number>): HostValue =>
  new HostValue(
    x.kind,
    shape,
    Float64Array.from(places, (place) => x.data[place]!),
  );

export function transposed(x: Value, order: readonly number[]): Value {
  if (!isHost(x)) return tf.transpose(x, [...order]);
  const shape = order.map((axis) => x.shape[axis]!);
  const strides = stridesOf(x.shape);
  const places = Int32Array.from({ length: sizeOf(shape) }, (_, at) => {
    let rest = at;
    let place = 0;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      place += (rest % shape[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return place;
  });
  return picked(x, shape, places);
}

function expanded(x: Value, to: readonly number[]): Value {
  const shape = commonShape(x.shape, to);
  if (isHost(x) && sizeOf(shape) <= 2 ** 20) return picked(x, shape, placesIn(x.shape, shape));
  return repeated(tensorOf(x), shape);
}

const reshape: Operator = (call) => {
  const x = call.value(0);
  const asked = call.list('shape') ?? call.integers(1, 'shape');
  const zeroIsZero = call.number('allowzero', 0) !== 0;
  const shape = asked.map((axis, at) => (axis === 0 && !zeroIsZero ? x.shape[at]! : axis));
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = shape.reduce((product, axis, at) => (at === open ? product : product * axis), 1);
    shape[open] = rest === 0 ? 0 : sizeOf(x.shape) / rest;
  }
  return reshaped(x, shape);
};

const unsqueeze: Operator = (call) => {
  const x = call.value(0);
  const listed = call.list('axes') ?? call.integers(1, 'axes');
  const rank = x.shape.length + listed.length;
  const axes = new Set(listed.map((axis) => fromStart(axis, rank)));
  const rest = [...x.shape];
  return reshaped(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)),
  );
};

const squeeze: Operator = (call) => {
  const x = call.value(0);
  const axes = call.axes(1, x.shape.length);
  return reshaped(
    x,
    x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
  );
};

const flatten: Operator = (call) => {
  const x = call.value(0);
  const axis = call.number('axis', 1);
  const at = axis < 0 ? axis + x.shape.length : axis;
  return reshaped(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))]);
};

const concat: Operator = (call) => {
  const values = call.values.filter((value) => sizeOf(value.shape) > 0 || call.values.length === 1);
  if (values.length === 0) return call.value(0);
  const axis = call.axis(0, values[0]!.shape.length);
  const [first] = values;
  if (!first || !values.every(isHost)) return tf.concat(values.map(tensorOf), axis);
  const shape = first.shape.map((size, at) =>
    at === axis ? values.reduce((sum, value) => sum + value.shape[axis]!, 0) : size,
  );
  const rows = sizeOf(shape.slice(0, axis));
  const data: number[] = [];
  for (let row = 0; row < rows; row++)
    for (const value of values) {
      const width = sizeOf(value.shape.slice(axis));
      for (let at = 0; at < width; at++) data.push(value.data[row * width + at]!);
    }
  return new HostValue(kindOfValue(first), shape, data);
};

const split: Operator = (call) => {
  const x = call.value(0);
  const axis = call.axis(0, x.shape.length);
  const length = x.shape[axis]!;
  const parts = call.number('num_outputs', call.node.outputs.length);
  const even = Math.ceil(length / parts);
  const sizes =
    call.list('split') ??
    (call.has(1)
      ? call.integers(1, 'split')
      : Array.from({ length: parts }, (_, at) => Math.min(even, length - at * even)));
  if (!isHost(x)) return tf.split(x, sizes, axis);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    const places = placesAlong(
      x.shape,
      axis,
      Array.from({ length: size }, (_, at) => start - size + at),
    );
    return picked(x, withAxis(x.shape, axis, size), places);
  });
};

export const withAxis = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((own, at) => (at === axis ? size : own));

/** Places of the elements that stand at these indices of an axis, one index after the other. */
export function placesAlong(shape: readonly number[], axis: number, indices: readonly number[]): Int32Array {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const places = new Int32Array(outer * indices.length * inner);
  let at = 0;
  for (let before = 0; before < outer; before++)
    for (const index of indices)
      for (let after = 0; after < inner; after++)
        places[at++] = (before * shape[axis]! + index) * inner + after;
  return places;
}

/** Keeps one triangle of the last two axes. */
const triangle: Operator = (call) => {
  const x = call.value(0);
  const upper = call.number('upper', 1) !== 0;
  const shift = call.has(1) ? call.host(1, 'diagonal').data[0]! : 0;
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const keep = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      keep[row * columns + column] = Number(upper ? column - row >= shift : column - row <= shift);
  if (isHost(x))
    return new HostValue(
      x.kind,
      x.shape,
      Float64Array.from(x.data, (value, at) => (keep[at % keep.length] ? value : 0)),
    );
  const mask = tensorOf(new HostValue(kindOfValue(x), [rows, columns], keep));
  return tf.mul(x, mask);
};

export const shapingOperators: OperatorTable = {
  Identity: (call) => call.value(0),
  Shape: (call) => {
    const { shape } = call.value(0);
    const end = call.number('end', shape.length);
    return HostValue.integers(shape.slice(call.number('start', 0), end));
  },
  Size: (call) => HostValue.scalar('integer', sizeOf(call.value(0).shape)),
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: (call) => {
    const x = call.value(0);
    return transposed(x, call.list('perm') ?? [...x.shape.keys()].reverse());
  },
  Concat: concat,
  Split: split,
  Expand: (call) => expanded(call.value(0), call.integers(1, 'shape')),
  Tile: (call) => {
    const repeats = call.integers(1, 'repeats');
    const x = call.value(0);
    if (!isHost(x)) return tiled(x, repeats);
    const shape = x.shape.map((size, axis) => size * repeats[axis]!);
    const strides = stridesOf(x.shape);
    const outer = stridesOf(shape);
    const places = Int32Array.from({ length: sizeOf(shape) }, (_, at) =>
      shape.reduce((place, size, axis) => {
        const index = Math.floor(at / outer[axis]!) % size;
        return place + (index % x.shape[axis]!) * strides[axis]!;
      }, 0),
    );
    return picked(x, shape, places);
  },
  Trilu: triangle,
};
