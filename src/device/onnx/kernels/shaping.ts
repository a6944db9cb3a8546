import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import {
  binary,
  cast,
  concat,
  constant,
  filled,
  int64s,
  node,
  pad,
  reshape,
  scalar,
  transpose,
  where,
} from '../graph/record.ts';
import type { Value, ValueType } from '../graph/value.ts';

/** Replaces a −1 by what the size leaves for it. */
function inferred(shape: readonly number[], size: number): number[] {
  return tf.util.inferFromImplicitShape([...shape], size);
}

function knownType(dtype: string | undefined): ValueType {
  if (dtype === undefined || dtype === 'float32' || dtype === 'int32' || dtype === 'bool')
    return dtype ?? 'float32';
  throw new Error(`Tensors of type ${dtype} are not supported; use float32, int32 or bool.`);
}

function gatherAlong(x: Value, axis: number, places: readonly number[]): Value {
  const shape = x.shape.map((length, index) => (index === axis ? places.length : length));
  return node('Gather', [x, int64s(places)], { shape, type: x.type }, { axis });
}

/** Indices of the elements around a mirrored axis: …2 1 |0 1 2| 1 0… for 'reflect', …1 0 |0 1 2| 2 1… for 'symmetric'. */
function mirrored(length: number, before: number, after: number, offset: number): number[] {
  const places: number[] = [];
  for (let place = -before; place < length + after; place++) {
    if (place < 0) places.push(-place - 1 + offset);
    else if (place >= length) places.push(2 * length - 1 - place - offset);
    else places.push(place);
  }
  return places;
}

export const shapingKernels: KernelTable = {
  Identity: kernel<tf.IdentityInputs>(({ x }) => x),
  Reshape: kernel<tf.ReshapeInputs, tf.ReshapeAttrs>(({ x }, { shape }) =>
    reshape(x, inferred(shape, x.size)),
  ),
  ExpandDims: kernel<tf.ExpandDimsInputs, tf.ExpandDimsAttrs>(({ input }, { dim }) => {
    const shape = [...input.shape];
    shape.splice(dim < 0 ? input.rank + dim + 1 : dim, 0, 1);
    return reshape(input, shape);
  }),
  Transpose: kernel<tf.TransposeInputs, tf.TransposeAttrs>(({ x }, { perm }) => transpose(x, perm)),

  Concat: kernel<tf.ConcatInputs, tf.ConcatAttrs>((values, { axis }) =>
    concat(values, tf.util.parseAxisParam(axis, [...values[0]!.shape])[0]!),
  ),
  Pack: kernel<tf.PackInputs, tf.PackAttrs>((values, { axis }) => {
    const shape = [...values[0]!.shape];
    const along = axis < 0 ? axis + shape.length + 1 : axis;
    shape.splice(along, 0, 1);
    return concat(
      values.map((value) => reshape(value, shape)),
      along,
    );
  }),
  PadV2: kernel<tf.PadV2Inputs, tf.PadV2Attrs>(({ x }, { paddings, constantValue }) =>
    pad(
      x,
      paddings.map(([before]) => before),
      paddings.map(([, after]) => after),
      constantValue,
    ),
  ),
  MirrorPad: kernel<tf.MirrorPadInputs, tf.MirrorPadAttrs>(({ x }, { paddings, mode }) =>
    paddings.reduce(
      (padded, [before, after], axis) =>
        before + after === 0
          ? padded
          : gatherAlong(padded, axis, mirrored(x.shape[axis]!, before, after, mode === 'reflect' ? 1 : 0)),
      x,
    ),
  ),
  Tile: kernel<tf.TileInputs, tf.TileAttrs>(({ x }, { reps }) => {
    if (reps.every((count) => count === 1)) return x;
    const shape = x.shape.map((length, axis) => length * reps[axis]!);
    return node('Tile', [x, int64s(reps)], { shape, type: x.type });
  }),

  Fill: kernel<object, tf.FillAttrs>((_, { shape, value, dtype }) => {
    if (typeof value === 'string') throw new Error('Tensors of strings are not supported.');
    return filled(shape, value, knownType(dtype));
  }),
  ZerosLike: kernel<tf.ZerosLikeInputs>(({ x }) => filled(x.shape, 0, x.type)),
  OnesLike: kernel<tf.OnesLikeInputs>(({ x }) => filled(x.shape, 1, x.type)),
  Range: kernel<object, tf.RangeAttrs>((_, { start, stop, step, dtype }) => {
    const length = start === stop ? 0 : Math.max(0, Math.ceil((stop - start) / step));
    const numbers = Array.from({ length }, (_none, index) => start + index * step);
    return constant(numbers, [length], knownType(dtype));
  }),
  LinSpace: kernel<object, tf.LinSpaceAttrs>((_, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    return constant(
      Array.from({ length: num }, (_none, index) => start + index * step),
      [num],
      'float32',
    );
  }),
  /** An index outside 0 … depth − 1 gives a row of offValue alone. */
  OneHot: kernel<tf.OneHotInputs, tf.OneHotAttrs>(({ indices }, { depth, onValue, offValue, dtype }) => {
    const type = knownType(dtype ?? 'int32');
    const classes = constant(
      Array.from({ length: depth }, (_, index) => index),
      [depth],
      'int32',
    );
    const hit = binary('Equal', reshape(cast(indices, 'int32'), [...indices.shape, 1]), classes, 'bool');
    if (onValue === 1 && offValue === 0) return cast(hit, type);
    return where(hit, scalar(onValue, type), scalar(offValue, type));
  }),
};
