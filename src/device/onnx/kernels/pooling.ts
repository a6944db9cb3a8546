/**
 * Pooling and its gradients. A window over height and width is a window over width, then one over height: all of it
 * is done along one axis at a time, on values seen as (outer, length, inner).
 */
import { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import {
  add,
  binary,
  cast,
  concat,
  constant,
  filled,
  mul,
  node,
  pad,
  reshape,
  scalar,
  slice,
  sub,
} from '../graph/record.ts';
import { reduce } from '../graph/reduce.ts';
import type { Value, ValueType } from '../graph/value.ts';
import { extent, overhang, type Window, type WindowAxis, windowOf } from './convolution/window.ts';

type PoolAttributes = Pick<tf.MaxPoolAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;

function geometry(
  shape: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): Window {
  return windowOf(
    tf.backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    ),
  );
}

/** (batch, height, width, channels) with its width, or its height, as the middle axis of three. */
function alongWidth(value: Value): Value {
  const [batch, height, width, channels] = value.shape as [number, number, number, number];
  return reshape(value, [batch * height, width, channels]);
}

function alongHeight(value: Value): Value {
  const [batch, height, width, channels] = value.shape as [number, number, number, number];
  return reshape(value, [batch, height, width * channels]);
}

/** Whether windows lie side by side, so that the axis is cut into them by a reshape. */
function tiles(axis: WindowAxis): boolean {
  return axis.stride === axis.kernel || axis.output === 1;
}

/** The part of the axis that windows cover, with `filling` where they reach over its ends. */
function covered(value: Value, axis: WindowAxis, filling: number): Value {
  const after = overhang(axis);
  const padded = pad(value, [0, axis.before, 0], [0, Math.max(0, after), 0], filling);
  return slice(padded, [1], [0], [padded.shape[1]! + Math.min(0, after)]);
}

/** The element at each place in the window, for all windows: `kernel` values of (outer, output, inner). */
function windowElements(value: Value, axis: WindowAxis): Value[] {
  const end = (axis.output - 1) * axis.stride + 1;
  return Array.from({ length: axis.kernel }, (_, place) =>
    slice(value, [1], [place], [place + end], [axis.stride]),
  );
}

/** Reduces the windows of one axis: (outer, input, inner) to (outer, output, inner). */
function poolAxis(
  value: Value,
  axis: WindowAxis,
  filling: number,
  reduction: 'ReduceMax' | 'ReduceSum',
): Value {
  const [outer, , inner] = value.shape as [number, number, number];
  const whole = covered(value, axis, filling);
  if (tiles(axis)) {
    const windows = reshape(whole, [outer * axis.output, axis.kernel, inner]);
    return reshape(reduce(reduction, windows, [1], false), [outer, axis.output, inner]);
  }
  const elements = windowElements(whole, axis);
  return node(reduction === 'ReduceMax' ? 'Max' : 'Sum', elements, {
    shape: elements[0]!.shape,
    type: value.type,
  });
}

function outputShape(x: Value, window: Window): [number, number, number, number] {
  return [x.shape[0]!, window[0].output, window[1].output, x.shape[3]!];
}

/** Lower than everything. */
function lowest(type: ValueType): number {
  return type === 'float32' ? Number.NEGATIVE_INFINITY : -0x80000000;
}

function maxPoolWidth(x: Value, window: Window): Value {
  return poolAxis(alongWidth(x), window[1], lowest(x.type), 'ReduceMax');
}

function maxPool(x: Value, window: Window): Value {
  const shape = outputShape(x, window);
  if (x.size === 0) return filled(shape, lowest(x.type), x.type);
  const rows = reshape(maxPoolWidth(x, window), [shape[0], window[0].input, shape[2], shape[3]]);
  return reshape(poolAxis(alongHeight(rows), window[0], lowest(x.type), 'ReduceMax'), shape);
}

/**
 * Sends the gradient of a maximum along one axis to the first element equal to it in each window.
 * @param x (outer, input, inner)
 * @param maximum (outer, output, inner)
 * @param dy (outer, output, inner)
 */
function maxAxisGradient(x: Value, maximum: Value, dy: Value, axis: WindowAxis): Value {
  const whole = covered(x, axis, lowest(x.type));
  const parts: Value[] = [];
  let remaining = dy;
  for (const element of windowElements(whole, axis)) {
    // What none before has taken is left for the last.
    if (parts.length === axis.kernel - 1) {
      parts.push(remaining);
      break;
    }
    const taken = mul(remaining, cast(binary('Equal', element, maximum, 'bool'), 'float32'));
    remaining = sub(remaining, taken);
    parts.push(taken);
  }
  return spread(parts, axis);
}

/**
 * The inverse of {@link windowElements}: adds up what the windows send to each element.
 * @returns (outer, input, inner)
 */
function spread(parts: readonly Value[], axis: WindowAxis): Value {
  const [outer, output, inner] = parts[0]!.shape as [number, number, number];
  let whole: Value;
  if (tiles(axis)) {
    const windows = parts.map((part) => reshape(part, [outer, output, 1, inner]));
    whole = reshape(concat(windows, 2), [outer, output * axis.kernel, inner]);
  } else {
    // Each part with stride − 1 zeros behind each element, at its place in the window.
    const apart = output * axis.stride;
    whole = parts
      .map((part, place) => {
        const spaced = pad(
          reshape(part, [outer, output, 1, inner]),
          [0, 0, 0, 0],
          [0, 0, axis.stride - 1, 0],
          0,
        );
        const row = reshape(spaced, [outer, apart, inner]);
        return pad(row, [0, place, 0], [0, axis.kernel - 1 - place, 0], 0);
      })
      .reduce(add);
  }
  const missing = axis.before + axis.input - whole.shape[1]!;
  const padded = pad(whole, [0, 0, 0], [0, Math.max(0, missing), 0], 0);
  return slice(padded, [1], [axis.before], [axis.before + axis.input]);
}

/**
 * Gradient of max pooling. Where several elements of a window are its maximum, the first in reading order gets the
 * gradient: the first row that holds the maximum, and in it the first element.
 */
function maxPoolGradient(x: Value, dy: Value, window: Window): Value {
  if (x.size === 0 || dy.size === 0) return filled(x.shape, 0, 'float32');
  const [batch, outHeight, outWidth, channels] = outputShape(x, window);
  const [height, width] = window;
  const rowMaxima = maxPoolWidth(x, window);
  const rows = alongHeight(reshape(rowMaxima, [batch, height.input, outWidth, channels]));
  const maxima = poolAxis(rows, height, lowest(x.type), 'ReduceMax');
  const rowGradient = maxAxisGradient(
    rows,
    maxima,
    reshape(dy, [batch, outHeight, outWidth * channels]),
    height,
  );
  const rowGradients = reshape(rowGradient, [batch * height.input, outWidth, channels]);
  return reshape(maxAxisGradient(alongWidth(x), rowMaxima, rowGradients, width), x.shape);
}

/** How many elements of the input each window of an axis holds, padding not counted. */
function countsInside(axis: WindowAxis): number[] {
  return Array.from({ length: axis.output }, (_, index) => {
    const begin = index * axis.stride - axis.before;
    return Math.min(axis.input, begin + extent(axis)) - Math.max(0, begin);
  });
}

function averagePool(x: Value, window: Window): Value {
  const shape = outputShape(x, window);
  if (x.size === 0) return filled(shape, Number.NaN, 'float32');
  const [height, width] = window;
  const rows = poolAxis(alongWidth(cast(x, 'float32')), width, 0, 'ReduceSum');
  const rowSums = alongHeight(reshape(rows, [shape[0], height.input, shape[2], shape[3]]));
  const sums = reshape(poolAxis(rowSums, height, 0, 'ReduceSum'), shape);
  const across = countsInside(width);
  const weights = countsInside(height).flatMap((down) => across.map((count) => 1 / (down * count)));
  const uniform = weights.every((weight) => weight === weights[0]);
  return mul(sums, uniform ? scalar(weights[0]!) : constant(weights, [1, shape[1], shape[2], 1], 'float32'));
}

/**
 * Gradient of average pooling. As in the pure JavaScript backend, a window's gradient is divided by its full size,
 * padding included.
 */
function averagePoolGradient(x: Value, dy: Value, window: Window): Value {
  if (x.size === 0 || dy.size === 0) return filled(x.shape, 0, 'float32');
  const [batch, outHeight, outWidth, channels] = outputShape(x, window);
  const [height, width] = window;
  const share = mul(dy, scalar(1 / (height.kernel * width.kernel)));
  const down = spreadEvenly(reshape(share, [batch, outHeight, outWidth * channels]), height);
  const rows = reshape(down, [batch * height.input, outWidth, channels]);
  return reshape(spreadEvenly(rows, width), x.shape);
}

function spreadEvenly(dy: Value, axis: WindowAxis): Value {
  return spread(
    Array.from({ length: axis.kernel }, () => dy),
    axis,
  );
}

export const poolingKernels: KernelTable = {
  MaxPool: kernel<tf.MaxPoolInputs, tf.MaxPoolAttrs>(({ x }, attributes) =>
    maxPool(x, geometry(x.shape, attributes)),
  ),

  MaxPoolGrad: kernel<tf.MaxPoolGradInputs, tf.MaxPoolGradAttrs>(({ dy, input }, attributes) =>
    maxPoolGradient(input, dy, geometry(input.shape, attributes)),
  ),

  AvgPool: kernel<tf.AvgPoolInputs, tf.AvgPoolAttrs>(({ x }, attributes) =>
    averagePool(x, geometry(x.shape, attributes)),
  ),

  AvgPoolGrad: kernel<tf.AvgPoolGradInputs, tf.AvgPoolGradAttrs & Pick<PoolAttributes, 'dimRoundingMode'>>(
    ({ dy, input }, attributes) => averagePoolGradient(input, dy, geometry(input.shape, attributes)),
  ),
};
