/** Moving blocks of space into the batch and back; what dilated pooling is made of. */
import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { filled, pad, reshape, slice, transpose } from '../graph/record.ts';

const product = (numbers: readonly number[]) => numbers.reduce((all, number) => all * number, 1);

export const spaceBatchKernels: KernelTable = {
  SpaceToBatchND: kernel<tf.SpaceToBatchNDInputs, tf.SpaceToBatchNDAttrs>(
    ({ x }, { blockShape, paddings }) => {
      const spatial = blockShape.length;
      const rest = x.shape.slice(1 + spatial);
      const before = [0, ...paddings.map((padding) => padding[0]!), ...rest.map(() => 0)];
      const after = [0, ...paddings.map((padding) => padding[1]!), ...rest.map(() => 0)];
      const padded = pad(x, before, after, 0);
      const batch = x.shape[0]!;
      const cells = blockShape.map((block, axis) => padded.shape[axis + 1]! / block);
      const shape = [batch * product(blockShape), ...cells, ...rest];
      if (padded.size === 0) return filled(shape, 0, x.type);
      // (batch, cells₁, block₁, cells₂, block₂, …, rest) to (block₁, block₂, …, batch, cells₁, cells₂, …, rest)
      const apart = reshape(padded, [
        batch,
        ...cells.flatMap((cell, axis) => [cell, blockShape[axis]!]),
        ...rest,
      ]);
      const blockAxes = cells.map((_, axis) => 2 + 2 * axis);
      const cellAxes = cells.map((_, axis) => 1 + 2 * axis);
      const restAxes = rest.map((_, axis) => 1 + 2 * spatial + axis);
      return reshape(transpose(apart, [...blockAxes, 0, ...cellAxes, ...restAxes]), shape);
    },
  ),

  BatchToSpaceND: kernel<tf.BatchToSpaceNDInputs, tf.BatchToSpaceNDAttrs>(({ x }, { blockShape, crops }) => {
    const spatial = blockShape.length;
    const batch = x.shape[0]! / product(blockShape);
    const cells = x.shape.slice(1, 1 + spatial);
    const rest = x.shape.slice(1 + spatial);
    const lengths = cells.map((cell, axis) => cell * blockShape[axis]!);
    const begin = crops.map((crop) => crop[0]!);
    const end = lengths.map((length, axis) => length - crops[axis]![1]!);
    const axes = cells.map((_, axis) => axis + 1);
    const cropped = [batch, ...end.map((last, axis) => last - begin[axis]!), ...rest];
    if (x.size === 0) return filled(cropped, 0, x.type);
    const apart = reshape(x, [...blockShape, batch, ...cells, ...rest]);
    const interleaved = cells.flatMap((_, axis) => [spatial + 1 + axis, axis]);
    const restAxes = rest.map((_, axis) => 2 * spatial + 1 + axis);
    const whole = reshape(transpose(apart, [spatial, ...interleaved, ...restAxes]), [
      batch,
      ...lengths,
      ...rest,
    ]);
    return slice(whole, axes, begin, end);
  }),
};
