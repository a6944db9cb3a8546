import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { int64s, nodes, reshape, slice } from '../graph/record.ts';
import type { Value } from '../graph/value.ts';

/** Cuts along an axis into parts of the given lengths. */
function split(x: Value, axis: number, lengths: readonly number[]): Value[] {
  const shapes = lengths.map((length) => x.shape.map((whole, index) => (index === axis ? length : whole)));
  if (lengths.every((length) => length > 0) && x.size > 0 && !x.constant)
    return nodes(
      'Split',
      [x, int64s(lengths)],
      shapes.map((shape) => ({ shape, type: x.type })),
      { axis },
    );
  let begin = 0;
  return lengths.map((length) => {
    const end = begin + length;
    const part = slice(x, [axis], [begin], [end]);
    begin = end;
    return part;
  });
}

export const slicingKernels: KernelTable = {
  Slice: kernel<tf.SliceInputs, tf.SliceAttrs>(({ x }, { begin, size }) => {
    const info = { shape: [...x.shape], rank: x.rank } as tf.Tensor;
    const [from, lengths] = tf.slice_util.parseSliceParams(info, begin, size) as [number[], number[]];
    const axes = x.shape.map((_, axis) => axis);
    return slice(
      x,
      axes,
      from,
      from.map((start, axis) => start + lengths[axis]!),
    );
  }),
  StridedSlice: kernel<tf.StridedSliceInputs, tf.StridedSliceAttrs>(({ x }, attributes) => {
    const info = tf.slice_util.sliceInfo(
      [...x.shape],
      attributes.begin,
      attributes.end,
      attributes.strides,
      attributes.beginMask,
      attributes.endMask,
      attributes.ellipsisMask,
      attributes.newAxisMask,
      attributes.shrinkAxisMask,
    );
    const axes = x.shape.map((_, axis) => axis);
    const sliced = slice(x, axes, info.begin, info.end, info.strides);
    return reshape(sliced, info.finalShape);
  }),
  Reverse: kernel<tf.ReverseInputs, tf.ReverseAttrs>(({ x }, { dims }) => {
    const axes = tf.util.parseAxisParam(dims, [...x.shape]).filter((axis) => x.shape[axis]! > 1);
    return slice(
      x,
      axes,
      axes.map((axis) => x.shape[axis]! - 1),
      axes.map(() => -1),
      axes.map(() => -1),
    );
  }),
  SplitV: kernel<tf.SplitVInputs, tf.SplitVAttrs>(({ x }, { numOrSizeSplits, axis }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x.shape]) as [number];
    return split(x, along, tf.backend_util.prepareSplitSize(x as never, numOrSizeSplits, along));
  }),
  Unpack: kernel<tf.UnpackInputs, tf.UnpackAttrs>(({ value }, { axis }) => {
    const along = axis < 0 ? axis + value.rank : axis;
    const shape = value.shape.filter((_, index) => index !== along);
    const parts = split(value, along, Array<number>(value.shape[along]!).fill(1));
    return parts.map((part) => reshape(part, shape));
  }),
};
