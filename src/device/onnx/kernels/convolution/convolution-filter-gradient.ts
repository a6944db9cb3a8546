/**
 * Gradient of a convolution with respect to its filter,
 *   dW[i, j, c, o] = Σ x[n, h·s + i·d − p, w·s + j·d − p, c] · dy[n, h, w, o],
 * as one matrix product over all positions (n, h, w). One of the operands has to appear once per tap (i, j), moved
 * against the other. Which one is free, for each axis by itself: moving x by a tap is moving dy the other way. Copies
 * cost about as much as the product itself, so the operands are chosen that make the fewest.
 */
import type { Target } from '../../graph/kernel.ts';
import { concat, constant, filled, node, pad, reshape, slice, transpose } from '../../graph/record.ts';
import { reduce } from '../../graph/reduce.ts';
import type { Value } from '../../graph/value.ts';
import { overhang, type Window, type WindowAxis } from './window.ts';

type Carrier = 'x' | 'dy';
type Carriers = readonly [height: Carrier, width: Carrier];

/** Where positions outside are read from. */
const outside = -1;

/**
 * @param x (batch, height, width, in)
 * @param dy (batch, out height, out width, out)
 * @returns (kernel height, kernel width, in, out)
 */
export function convolutionFilterGradient(x: Value, dy: Value, window: Window, target: Target): Value {
  const channels = [x.shape[3]!, dy.shape[3]!] as const;
  const shape = [window[0].kernel, window[1].kernel, ...channels];
  if (x.size === 0 || dy.size === 0) return filled(shape, 0, 'float32');
  if (channels[0] < 4) return fewChannels(x, dy, window);

  const carriers = cheapestCarriers(window, channels);
  const left = gathered(x, window, carriers, 'x');
  const right = gathered(dy, window, carriers, 'dy');
  const summed = productOverRows(left.rows, right.rows, x.shape[0]!, target);
  // (taps of x, in, taps of dy, out) to (all taps, in, out)
  const taps = reshape(summed, [...left.taps, channels[0], ...right.taps, channels[1]]);
  const order = carriers.map((carrier, axis) => (carrier === 'x' ? axis : axis + 3));
  return reshape(
    transpose(taps, [...order, 2, 5, ...[0, 1, 3, 4].filter((axis) => !order.includes(axis))]),
    shape,
  );
}

/** All ways to share the axes between the operands, the one that copies the fewest numbers first. */
function cheapestCarriers(window: Window, channels: readonly [number, number]): Carriers {
  const possible = (axis: WindowAxis): Carrier[] => (axis.stride === 1 ? ['x', 'dy'] : ['x']);
  const all = possible(window[0]).flatMap((height) =>
    possible(window[1]).map((width): Carriers => [height, width]),
  );
  const cost = (carriers: Carriers) => {
    let [positions, left, right] = [1, channels[0], channels[1]];
    carriers.forEach((carrier, index) => {
      const axis = window[index]!;
      positions *= carrier === 'x' ? axis.output : axis.input;
      if (carrier === 'x') left *= axis.kernel;
      else right *= axis.kernel;
    });
    // An operand that carries no axis is used as it is.
    const copied = (carrier: Carrier, width: number) => (carriers.includes(carrier) ? width : 0);
    return positions * (copied('x', left) + copied('dy', right) + (left + right) / 4);
  };
  return all.reduce((best, carriers) => (cost(carriers) < cost(best) ? carriers : best));
}

/** For each position of an axis and each tap carried, which element of the operand is read, or {@link outside}. */
function axisSources(axis: WindowAxis, carrier: Carrier, operand: Carrier): number[][] {
  const inside = (index: number, length: number) => (index >= 0 && index < length ? index : outside);
  const positions = carrier === 'x' ? axis.output : axis.input;
  return Array.from({ length: positions }, (_, position) => {
    if (carrier !== operand) return [position];
    return Array.from({ length: axis.kernel }, (_, tap) =>
      operand === 'x'
        ? inside(position * axis.stride + tap * axis.dilation - axis.before, axis.input)
        : inside(position + axis.before - tap * axis.dilation, axis.output),
    );
  });
}

/** An operand with a row for each position, holding the channels of all its taps. */
function gathered(value: Value, window: Window, carriers: Carriers, operand: Carrier) {
  const [batch, height, width, channels] = value.shape as [number, number, number, number];
  const rowSources = axisSources(window[0], carriers[0], operand);
  const columnSources = axisSources(window[1], carriers[1], operand);
  const taps = [rowSources[0]!.length, columnSources[0]!.length];
  const sources: number[] = [];
  for (const rows of rowSources)
    for (const columns of columnSources)
      for (const row of rows)
        for (const column of columns)
          sources.push(row === outside || column === outside ? height * width : row * width + column);

  let pixels = reshape(value, [batch, height * width, channels]);
  const asItIs = sources.length === height * width && sources.every((source, index) => source === index);
  if (!asItIs) {
    // One more pixel, of zeros, stands for everything outside.
    if (sources.includes(height * width)) pixels = pad(pixels, [0, 0, 0], [0, 1, 0], 0);
    const shape = [batch, sources.length, channels];
    pixels = node(
      'Gather',
      [pixels, constant(sources, [sources.length], 'int32')],
      { shape, type: 'float32' },
      { axis: 1 },
    );
  }
  const perRow = taps[0]! * taps[1]! * channels;
  return { rows: reshape(pixels, [pixels.size / perRow, perRow]), taps };
}

/** aᵀ·b over a great many rows: summed up in parts, which run side by side. */
function productOverRows(a: Value, b: Value, batch: number, target: Target): Value {
  const [rows, m, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  if (target !== 'cpu') return node('Gemm', [a, b], { shape: [m, n], type: 'float32' }, { transA: 1 });
  const parts = [8, 7, 6, 5, 4, 3, 2, 1].find((count) => batch % count === 0)!;
  const split = (value: Value) => reshape(value, [parts, rows / parts, value.shape[1]!]);
  const shape = [parts, m, n];
  const products = node(
    'FusedMatMul',
    [split(a), split(b)],
    { shape, type: 'float32' },
    { transA: 1 },
    'com.microsoft',
  );
  return reduce('ReduceSum', products, [0], false);
}

/** With few channels, whole rows of the image are copied at a time, so the taps are taken with channels first. */
function fewChannels(x: Value, dy: Value, window: Window): Value {
  const [height, width] = window;
  const channels = x.shape[3]!;
  const after = window.map((axis) => Math.max(0, overhang(axis)));
  const planes = transpose(x, [3, 0, 1, 2]);
  const padded = pad(planes, [0, 0, height.before, width.before], [0, 0, ...after], 0);
  const taps: Value[] = [];
  for (let row = 0; row < height.kernel; row++)
    for (let column = 0; column < width.kernel; column++) {
      const begin = [row * height.dilation, column * width.dilation];
      const end = window.map((axis, index) => begin[index]! + (axis.output - 1) * axis.stride + 1);
      taps.push(slice(padded, [2, 3], begin, end, [height.stride, width.stride]));
    }
  const positions = dy.size / dy.shape[3]!;
  const left = reshape(concat(taps, 0), [taps.length * channels, positions]);
  const right = reshape(dy, [positions, dy.shape[3]!]);
  const shape = [left.shape[0]!, right.shape[1]!];
  const summed = node('MatMul', [left, right], { shape, type: 'float32' });
  return reshape(summed, [height.kernel, width.kernel, channels, dy.shape[3]!]);
}
