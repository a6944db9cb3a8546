/**
 * Two-dimensional convolution and its gradients. Data is (batch, height, width, channels) throughout; 'NCHW' operands
 * are transposed on the way in and out.
 */
import type { tf } from '../../../tensorflow.ts';
import { blockedConvolution, canUseBlocks } from '../../channel-blocks.ts';
import { type KernelTable, kernel, type Target } from '../../graph/kernel.ts';
import { filled, node, pad, reshape, slice, transpose } from '../../graph/record.ts';
import type { Value } from '../../graph/value.ts';
import { biasAndActivation } from '../fused.ts';
import { convolutionFilterGradient } from './convolution-filter-gradient.ts';
import { convolutionWindow, type DataFormat } from './convolution-window.ts';
import { backwardWindow, overhang, type Window, windowAttributes } from './window.ts';

export const toChannelsFirst = [0, 3, 1, 2] as const;
export const toChannelsLast = [0, 2, 3, 1] as const;

/** Runs `compute` on data with channels last, whatever the operation's format is. */
export function withChannelsLast(format: DataFormat, x: Value, compute: (x: Value) => Value): Value {
  if (format !== 'NCHW') return compute(x);
  return transpose(compute(transpose(x, toChannelsLast)), toChannelsFirst);
}

function channelsLast(format: DataFormat, x: Value): Value {
  return format === 'NCHW' ? transpose(x, toChannelsLast) : x;
}

/**
 * @param x (batch, height, width, in)
 * @param filter (height, width, in, out)
 */
export function convolve(x: Value, filter: Value, window: Window, target: Target): Value {
  const [height, width, inChannels, outChannels] = filter.shape as [number, number, number, number];
  const shape = [x.shape[0]!, window[0].output, window[1].output, outChannels];
  if (x.size === 0 || filter.size === 0) return filled(shape, 0, 'float32');
  const seen = window.map((axis) => axis.input + Math.min(0, overhang(axis)));
  // tfjs-core can ask for fewer windows than fit; ONNX makes as many as fit.
  if (window.some((axis, index) => axis.input - seen[index]! >= axis.stride)) {
    const trimmed = window.map((axis, index) => ({ ...axis, input: seen[index]! }));
    return convolve(slice(x, [1, 2], [0, 0], seen), filter, trimmed as unknown as Window, target);
  }
  if (isPointwise(window)) {
    const rows = reshape(x, [x.size / inChannels, inChannels]);
    return reshape(product(rows, reshape(filter, [inChannels, outChannels])), shape);
  }
  if (target === 'cpu' && height * width > 1 && canUseBlocks(inChannels, outChannels))
    return blockedConvolution(x, filter, window);
  // ONNX Runtime's WebGPU provider takes channels by threes here, and miscounts where there are more than three.
  if (target === 'webgpu' && inChannels > 3 && inChannels % 3 === 0 && inChannels % 4 > 0) {
    const missing = 4 - (inChannels % 4);
    const widened = pad(x, [0, 0, 0, 0], [0, 0, 0, missing], 0);
    return convolve(widened, pad(filter, [0, 0, 0, 0], [0, 0, missing, 0], 0), window, target);
  }
  const convolved = node(
    'Conv',
    [transpose(x, toChannelsFirst), transpose(filter, [3, 2, 0, 1])],
    { shape: toChannelsFirst.map((axis) => shape[axis]!), type: 'float32' },
    windowAttributes(window),
  );
  return transpose(convolved, toChannelsLast);
}

/** Each output position sees just the input position of the same place. */
function isPointwise(window: Window): boolean {
  return window.every(({ kernel, stride, before, input, output }) => {
    return kernel === 1 && stride === 1 && before === 0 && input === output;
  });
}

function product(a: Value, b: Value): Value {
  return node('MatMul', [a, b], { shape: [a.shape[0]!, b.shape[1]!], type: 'float32' });
}

/** Gradient of {@link convolve} with respect to `x`: the outputs' gradients, spread by the filter. */
export function convolveBackward(dy: Value, filter: Value, window: Window, target: Target): Value {
  const [, , inChannels] = filter.shape as [number, number, number, number];
  const shape = [dy.shape[0]!, window[0].input, window[1].input, inChannels];
  if (dy.size === 0 || filter.size === 0) return filled(shape, 0, 'float32');
  const backward = backwardWindow(window);
  if (backward) return convolve(dy, transpose(reversed(filter), [0, 1, 3, 2]), backward, target);
  return transposedConvolution(dy, transpose(filter, [3, 2, 0, 1]), shape, window, 1);
}

/**
 * ONNX's ConvTranspose, which carries gradients from a window's outputs back to its inputs.
 * @param filter (out channels, in channels / group, height, width)
 * @param shape of the convolution's input: (batch, height, width, channels)
 */
export function transposedConvolution(
  dy: Value,
  filter: Value,
  shape: readonly number[],
  window: Window,
  group: number,
): Value {
  // Elements after the last window have had no influence.
  const unseen = window.map((axis) => Math.max(0, -overhang(axis)));
  const spread = node(
    'ConvTranspose',
    [transpose(dy, toChannelsFirst), filter],
    {
      shape: [shape[0]!, shape[3]!, shape[1]! - unseen[0]!, shape[2]! - unseen[1]!],
      type: 'float32',
    },
    { ...windowAttributes(window), group },
  );
  return pad(transpose(spread, toChannelsLast), [0, 0, 0, 0], [0, ...unseen, 0], 0);
}

/** A filter turned by half a turn. */
export function reversed(filter: Value): Value {
  const axes = [0, 1].filter((axis) => filter.shape[axis]! > 1);
  return slice(
    filter,
    axes,
    axes.map((axis) => filter.shape[axis]! - 1),
    axes.map(() => -1),
    axes.map(() => -1),
  );
}

function forward(x: Value, filter: Value, attributes: tf.Conv2DAttrs, target: Target): Value {
  const { dataFormat } = attributes;
  return withChannelsLast(dataFormat, x, (x) =>
    convolve(x, filter, convolutionWindow(x.shape, filter.shape, attributes, { format: dataFormat }), target),
  );
}

export const convolutionKernels: KernelTable = {
  Conv2D: kernel<tf.Conv2DInputs, tf.Conv2DAttrs>(({ x, filter }, attributes, target) =>
    forward(x, filter, attributes, target),
  ),

  Conv2DBackpropInput: kernel<tf.Conv2DBackpropInputInputs, tf.Conv2DBackpropInputAttrs>(
    ({ dy, filter }, attributes, target) => {
      const { dataFormat, inputShape } = attributes;
      const lastShape =
        dataFormat === 'NCHW' ? toChannelsLast.map((axis) => inputShape[axis]!) : [...inputShape];
      const window = convolutionWindow(lastShape, filter.shape, attributes, { format: dataFormat });
      return withChannelsLast(dataFormat, dy, (dy) => convolveBackward(dy, filter, window, target));
    },
  ),

  Conv2DBackpropFilter: kernel<tf.Conv2DBackpropFilterInputs, tf.Conv2DBackpropFilterAttrs>(
    ({ x, dy }, attributes, target) => {
      const { dataFormat, filterShape } = attributes;
      const input = channelsLast(dataFormat, x);
      const window = convolutionWindow(input.shape, filterShape, attributes, { format: dataFormat });
      return convolutionFilterGradient(input, channelsLast(dataFormat, dy), window, target);
    },
  ),

  FusedConv2D: kernel<tf.FusedConv2DInputs, tf.FusedConv2DAttrs>((inputs, attributes, target) =>
    biasAndActivation(forward(inputs.x, inputs.filter, attributes, target), inputs, attributes),
  ),
};
