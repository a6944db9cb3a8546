import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { add, cast, constant, filled, node, reshape, transpose } from '../graph/record.ts';
import type { Value } from '../graph/value.ts';

function gather(x: Value, indices: Value, axis: number): Value {
  const shape = [...x.shape];
  shape.splice(axis, 1, ...indices.shape);
  return node('Gather', [x, indices], { shape, type: x.type }, { axis });
}

/** With batch axes, each batch's rows lie in one table and its indices are moved to its part of it. */
function batchedGather(x: Value, indices: Value, axis: number, batchDims: number): Value {
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    tf.backend_util.segment_util.collectGatherOpShapeInfo(
      { shape: [...x.shape] } as tf.Tensor,
      { shape: [...indices.shape] } as tf.Tensor,
      axis,
      batchDims,
    );
  const rows = transpose(reshape(x, [batchSize, outerSize, dimSize, sliceSize]), [0, 2, 1, 3]);
  const table = reshape(rows, [batchSize * dimSize, outerSize, sliceSize]);
  const starts = constant(
    Array.from({ length: batchSize }, (_, batch) => batch * dimSize),
    [batchSize, 1],
    'int32',
  );
  const places = add(reshape(indices, [batchSize, indices.size / batchSize]), starts);
  return reshape(transpose(gather(table, places, 0), [0, 2, 1, 3]), outputShape);
}

/** Writes or adds updates (…, slice) into a tensor at indices (…, depth) of its leading axes. */
function scatter(into: Value, indices: Value, updates: Value, reduction: 'none' | 'add'): Value {
  if (updates.size === 0) return into;
  // ONNX Runtime scatters bool only as integers.
  if (into.type === 'bool')
    return cast(scatter(cast(into, 'int32'), indices, cast(updates, 'int32'), reduction), 'bool');
  return node(
    'ScatterND',
    [into, cast(indices, 'int64'), updates],
    { shape: into.shape, type: into.type },
    { reduction },
  );
}

/** Indices as (…, depth): a plain list of rows gets an axis. */
const withDepth = (indices: Value) => (indices.rank === 1 ? reshape(indices, [indices.size, 1]) : indices);

export const gatherScatterKernels: KernelTable = {
  GatherV2: kernel<tf.GatherV2Inputs, tf.GatherV2Attrs>(({ x, indices }, { axis, batchDims }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x.shape]) as [number];
    const places = cast(indices, 'int32');
    return batchDims ? batchedGather(x, places, along, batchDims) : gather(x, places, along);
  }),
  GatherNd: kernel<tf.GatherNdInputs>(({ params, indices }) => {
    const depth = indices.shape[indices.rank - 1]!;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return node('GatherND', [params, cast(indices, 'int64')], { shape, type: params.type });
  }),
  ScatterNd: kernel<tf.ScatterNdInputs, tf.ScatterNdAttrs>(({ indices, updates }, { shape }) =>
    scatter(filled(shape, 0, updates.type), withDepth(indices), updates, 'add'),
  ),
  TensorScatterUpdate: kernel<tf.TensorScatterUpdateInputs>(({ tensor, indices, updates }) =>
    scatter(tensor, withDepth(indices), updates, 'none'),
  ),
  UnsortedSegmentSum: kernel<tf.UnsortedSegmentSumInputs, tf.UnsortedSegmentSumAttrs>(
    ({ x, segmentIds }, { numSegments }) => {
      const slice = x.shape.slice(segmentIds.rank);
      const updates = reshape(x, [segmentIds.size, ...slice]);
      const indices = reshape(cast(segmentIds, 'int32'), [segmentIds.size, 1]);
      return cast(scatter(filled([numSegments, ...slice], 0, x.type), indices, updates, 'add'), 'float32');
    },
  ),
};
