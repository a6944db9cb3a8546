import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import { CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { picked, placesAlong, reshaped, transposed, withAxis } from './shaping.ts';
import { HostValue, isHost, placesIn, sizeOf, stridesOf, tensorOf, type Value } from './value.ts';

/** Indices below 0 count from the end, as far as they are known. */
function fromZero(indices: HostValue, length: number): HostValue {
  if (Array.from(indices.data).every((index) => index >= 0)) return indices;
  const data = Array.from(indices.data, (index) => (index < 0 ? index + length : index));
  return new HostValue(indices.kind, indices.shape, data);
}

const gather: Operator = (call) => {
  const [x, given] = [call.value(0), call.value(1)];
  const axis = call.axis(0, x.shape.length);
  const indices = isHost(given) ? fromZero(given, x.shape[axis]!) : given;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (isHost(indices)) {
    const wrong = Array.from(indices.data).find((index) => index < 0 || index >= x.shape[axis]!);
    if (wrong !== undefined) throw new CannotTrain(`it looks up row ${wrong} of ${x.shape[axis]}`);
    if (isHost(x)) return picked(x, shape, placesAlong(x.shape, axis, Array.from(indices.data)));
  }
  const tensor = tensorOf(x);
  const rows = tf.cast(tensorOf(indices), 'int32');
  if (rows.rank > 0) return tf.gather(tensor, rows, axis);
  return tf.reshape(tf.gather(tensor, tf.reshape(rows, [1]), axis), shape);
};

/** Elements by their places in row-major order: one look-up, whose gradient is one sum by places. */
const lookUp = (x: Tensor, places: Tensor): Tensor => tf.gather(tf.reshape(x, [-1]), places);

/** One element for each index, the other axes as they stand: torch.gather. */
const gatherElements: Operator = (call) => {
  const [x, given] = [call.value(0), call.value(1)];
  const axis = call.axis(0, x.shape.length);
  const strides = stridesOf(x.shape);
  const { shape } = given;
  // What the other axes contribute to the place of an element.
  const others = Int32Array.from({ length: sizeOf(shape) }, () => 0);
  for (const [at, size] of shape.entries()) {
    if (at === axis) continue;
    const along = Int32Array.from({ length: size }, (_, index) => index * strides[at]!);
    const places = placesIn(
      shape.map((_, one) => (one === at ? size : 1)),
      shape,
    );
    for (let one = 0; one < others.length; one++) others[one]! += along[places[one]!]!;
  }
  const length = x.shape[axis]!;
  if (isHost(given)) {
    const indices = fromZero(given, length);
    const places = others.map((other, at) => other + indices.data[at]! * strides[axis]!);
    if (isHost(x)) return picked(x, shape, places);
    return lookUp(x, tf.tensor(places, [...shape], 'int32'));
  }
  const counted = tf.where(tf.less(given, 0), tf.add(given, tf.scalar(length, 'int32')), given);
  const places = tf.add(
    tf.mul(counted, tf.scalar(strides[axis]!, 'int32')),
    tf.tensor(others, [...shape], 'int32'),
  );
  return lookUp(tensorOf(x), tf.cast(places, 'int32'));
};

/** Slices by tuples of indices. */
const gatherNd: Operator = (call) => {
  const [x, indices] = [call.value(0), call.value(1)];
  const batches = call.number('batch_dims', 0);
  const tuple = indices.shape.at(-1)!;
  const depth = batches + tuple;
  const slice = x.shape.slice(depth);
  const shape = [...indices.shape.slice(0, -1), ...slice];
  const strides = stridesOf(x.shape.slice(0, depth)).slice(batches);
  const rows = sizeOf(indices.shape.slice(0, -1));
  const perBatch = sizeOf(indices.shape.slice(batches, -1));
  const inBatch = sizeOf(x.shape.slice(batches, depth));
  const starts = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / perBatch) * inBatch);
  const table = reshaped(x, [sizeOf(x.shape.slice(0, depth)), sizeOf(slice)]);
  if (isHost(indices)) {
    const places = starts.map((start, row) => {
      let place = start;
      for (let at = 0; at < tuple; at++) {
        const index = indices.data[row * tuple + at]!;
        place += (index < 0 ? index + x.shape[batches + at]! : index) * strides[at]!;
      }
      return place;
    });
    if (isHost(table)) return picked(table, shape, placesAlong(table.shape, 0, Array.from(places)));
    return tf.reshape(tf.gather(table, tf.tensor1d(places, 'int32')), shape);
  }
  const weights = tf.tensor(Int32Array.from(strides), [1, tuple], 'int32');
  const inside = tf.sum(tf.mul(tf.reshape(tf.cast(indices, 'int32'), [rows, tuple]), weights), 1);
  const places = tf.cast(tf.add(inside, tf.tensor1d(starts, 'int32')), 'int32');
  return tf.reshape(tf.gather(tensorOf(table), places), shape);
};

interface Cut {
  readonly axis: number;
  readonly indices: readonly number[];
}

/** What a slice takes of an axis; ends beyond it are those of the axis. */
function cutOf(start: number, end: number, step: number, axis: number, length: number): Cut {
  const within = (index: number, low: number, high: number) =>
    Math.max(low, Math.min(high, index < 0 ? index + length : index));
  const [first, last] =
    step > 0
      ? [within(start, 0, length), within(end, 0, length)]
      : [within(start, 0, length - 1), end < -length ? -1 : within(end, -1, length - 1)];
  const count = Math.max(0, Math.ceil((last - first) / step));
  return { axis, indices: Array.from({ length: count }, (_, at) => first + at * step) };
}

const slice: Operator = (call) => {
  let x = call.value(0);
  const starts = call.list('starts') ?? call.integers(1, 'starts');
  const ends = call.list('ends') ?? call.integers(2, 'ends');
  const steps = call.has(4) ? call.integers(4, 'steps') : starts.map(() => 1);
  const axes = call.axes(3, x.shape.length) ?? starts.map((_, at) => at);
  for (const [at, axis] of axes.entries()) {
    const { indices } = cutOf(starts[at]!, ends[at]!, steps[at]!, axis, x.shape[axis]!);
    if (indices.length === x.shape[axis] && steps[at] === 1) continue;
    const shape = withAxis(x.shape, axis, indices.length);
    if (isHost(x)) x = picked(x, shape, placesAlong(x.shape, axis, indices));
    else if (steps[at] === 1)
      x = tf.slice(
        x,
        x.shape.map((_, one) => (one === axis ? (indices[0] ?? 0) : 0)),
        shape,
      );
    else x = tf.gather(x, tf.tensor1d([...indices], 'int32'), axis);
  }
  return x;
};

const oneHot: Operator = (call) => {
  const depth = call.host(1, 'depth').data[0]!;
  const [off, on] = Array.from(call.host(2, 'values').data) as [number, number];
  const indices = tf.cast(call.tensor(0), 'int32');
  const rank = indices.rank + 1;
  const axis = call.axis(-1, rank);
  const last = tf.cast(tf.oneHot(indices, depth, on, off), 'float32');
  const order = [...Array(rank - 1).keys()];
  return tf.transpose(last, [...order.slice(0, axis), rank - 1, ...order.slice(axis)]);
};

const cumulativeSum: Operator = (call) => {
  const x = call.value(0);
  const axis = call.host(1, 'axis').data[0]!;
  const at = axis < 0 ? axis + x.shape.length : axis;
  const [exclusive, reverse] = [call.number('exclusive', 0) !== 0, call.number('reverse', 0) !== 0];
  if (!isHost(x)) return tf.cumsum(x, at, exclusive, reverse);
  const data = Float64Array.from(x.data);
  const inner = sizeOf(x.shape.slice(at + 1));
  const length = x.shape[at]!;
  for (let outer = 0; outer < sizeOf(x.shape.slice(0, at)); outer++)
    for (let within = 0; within < inner; within++) {
      let sum = 0;
      for (let step = 0; step < length; step++) {
        const index = (outer * length + (reverse ? length - 1 - step : step)) * inner + within;
        const own = data[index]!;
        data[index] = exclusive ? sum : sum + own;
        sum += own;
      }
    }
  return new HostValue(x.kind, x.shape, data);
};

/** Writes slices into a copy; only of what is known, since nothing here learns through it. */
const scatterNd: Operator = (call) => {
  const [x, indices, updates] = [0, 1, 2].map((at) => call.value(at)) as [Value, Value, Value];
  if (!isHost(x) || !isHost(indices) || !isHost(updates))
    throw new CannotTrain('it writes into a tensor that is only known while the model runs');
  const data = Float64Array.from(x.data);
  const tuple = indices.shape.at(-1)!;
  const width = sizeOf(x.shape.slice(tuple));
  const strides = stridesOf(x.shape.slice(0, tuple));
  for (let row = 0; row < sizeOf(indices.shape.slice(0, -1)); row++) {
    let place = 0;
    for (let at = 0; at < tuple; at++) {
      const index = indices.data[row * tuple + at]!;
      place += (index < 0 ? index + x.shape[at]! : index) * strides[at]!;
    }
    for (let at = 0; at < width; at++) data[place * width + at] = updates.data[row * width + at]!;
  }
  return new HostValue(x.kind, x.shape, data);
};

const nonZero: Operator = (call) => {
  const x = call.host(0, 'operand');
  const strides = stridesOf(x.shape);
  const places = Array.from(x.data).flatMap((value, at) => (value ? [at] : []));
  const rows = x.shape.map((size, axis) => places.map((place) => Math.floor(place / strides[axis]!) % size));
  return new HostValue('integer', [x.shape.length, places.length], rows.flat());
};

/** Blocks of channels become places: TensorFlow.js has no gradient for it, turning axes has. */
const depthToSpace: Operator = (call) => {
  const x = call.value(0);
  const block = call.number('blocksize', 1);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const depth = channels / block ** 2;
  const columnsFirst = call.text('mode', 'DCR') === 'CRD';
  const blocks = reshaped(
    x,
    columnsFirst ? [batch, depth, block, block, height, width] : [batch, block, block, depth, height, width],
  );
  const turned = transposed(blocks, columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return reshaped(turned, [batch, depth, height * block, width * block]);
};

const spaceToDepth: Operator = (call) => {
  const x = call.value(0);
  const block = call.number('blocksize', 1);
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const blocks = reshaped(x, [batch, channels, height / block, block, width / block, block]);
  const turned = transposed(blocks, [0, 3, 5, 1, 2, 4]);
  return reshaped(turned, [batch, channels * block ** 2, height / block, width / block]);
};

export const indexingOperators: OperatorTable = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Slice: slice,
  OneHot: oneHot,
  CumSum: cumulativeSum,
  ScatterND: scatterNd,
  NonZero: nonZero,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
