/** Convolution of each channel with kernels of its own, and its gradients. tfjs-core knows it with channels last only. */
import type { tf } from '../../../tensorflow.ts';
import { blockedDepthwiseConvolution, canUseBlocks } from '../../channel-blocks.ts';
import { type KernelTable, kernel, type Target } from '../../graph/kernel.ts';
import { add, concat, filled, mul, node, pad, reshape, slice, transpose } from '../../graph/record.ts';
import { reduce } from '../../graph/reduce.ts';
import type { Value } from '../../graph/value.ts';
import { biasAndActivation } from '../fused.ts';
import { reversed, toChannelsFirst, toChannelsLast, transposedConvolution } from './convolution.ts';
import { type ConvolutionAttributes, convolutionWindow } from './convolution-window.ts';
import { backwardWindow, overhang, type Window, windowAttributes } from './window.ts';

/** Where its windows lie. */
const windowFor = (
  shape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvolutionAttributes,
) => convolutionWindow(shape, filterShape, attributes, { depthwise: true });

/** (height, width, channels, multiplier) to ONNX's (channels · multiplier, 1, height, width). */
function grouped(filter: Value): Value {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return reshape(transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

function forward(x: Value, filter: Value, window: Window, target: Target): Value {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  const shape = [x.shape[0]!, window[0].output, window[1].output, channels * multiplier];
  if (x.size === 0 || filter.size === 0) return filled(shape, 0, 'float32');
  if (target === 'cpu' && multiplier === 1 && channels >= 4 && canUseBlocks(channels, channels))
    return blockedDepthwiseConvolution(x, reshape(filter, [height, width, channels]), window);
  const convolved = node(
    'Conv',
    [transpose(x, toChannelsFirst), grouped(filter)],
    { shape: toChannelsFirst.map((axis) => shape[axis]!), type: 'float32' },
    { ...windowAttributes(window), group: channels },
  );
  return transpose(convolved, toChannelsLast);
}

function inputGradient(dy: Value, filter: Value, window: Window, target: Target): Value {
  const [, , channels, multiplier] = filter.shape as [number, number, number, number];
  const shape = [dy.shape[0]!, window[0].input, window[1].input, channels];
  if (dy.size === 0 || filter.size === 0) return filled(shape, 0, 'float32');
  const backward = multiplier === 1 ? backwardWindow(window) : undefined;
  if (backward) return forward(dy, reversed(filter), backward, target);
  // Each input channel gathers from its group of output channels.
  // ONNX Runtime's WebGPU provider mixes up the channels of a group where there are several.
  if (target === 'webgpu' && multiplier > 1) return byMultiplier(dy, filter, window, target);
  return transposedConvolution(dy, grouped(filter), shape, window, channels);
}

/** The input gradient as a sum over each input channel's output channels. */
function byMultiplier(dy: Value, filter: Value, window: Window, target: Target): Value {
  const [batch, height, width] = dy.shape as [number, number, number, number];
  const [, , channels, multiplier] = filter.shape as [number, number, number, number];
  const apart = reshape(dy, [batch, height, width, channels, multiplier]);
  return Array.from({ length: multiplier }, (_, index) => {
    const part = reshape(slice(apart, [4], [index], [index + 1]), [batch, height, width, channels]);
    return inputGradient(part, slice(filter, [3], [index], [index + 1]), window, target);
  }).reduce(add);
}

/** Tap by tap: the products of the moved input with dy, summed over all positions. */
function filterGradient(x: Value, dy: Value, window: Window): Value {
  const [height, width] = window;
  const channels = x.shape[3]!;
  const multiplier = dy.shape[3]! / channels;
  const shape = [height.kernel, width.kernel, channels, multiplier];
  if (x.size === 0 || dy.size === 0) return filled(shape, 0, 'float32');
  const after = window.map((axis) => Math.max(0, overhang(axis)));
  const padded = pad(x, [0, height.before, width.before, 0], [0, ...after, 0], 0);
  const positions = dy.size / dy.shape[3]!;
  const dyRows = reshape(dy, [positions, channels, multiplier]);
  const taps: Value[] = [];
  for (let row = 0; row < height.kernel; row++)
    for (let column = 0; column < width.kernel; column++) {
      const begin = [row * height.dilation, column * width.dilation];
      const end = window.map((axis, index) => begin[index]! + (axis.output - 1) * axis.stride + 1);
      const moved = slice(padded, [1, 2], begin, end, [height.stride, width.stride]);
      const products = mul(reshape(moved, [positions, channels, 1]), dyRows);
      const summed = reduce('ReduceSum', reshape(products, [positions, channels * multiplier]), [0], true);
      taps.push(summed);
    }
  return reshape(concat(taps, 0), shape);
}

export const depthwiseConvolutionKernels: KernelTable = {
  DepthwiseConv2dNative: kernel<tf.DepthwiseConv2dNativeInputs, tf.DepthwiseConv2dNativeAttrs>(
    ({ x, filter }, attributes, target) =>
      forward(x, filter, windowFor(x.shape, filter.shape, attributes), target),
  ),

  DepthwiseConv2dNativeBackpropInput: kernel<
    tf.DepthwiseConv2dNativeBackpropInputInputs,
    tf.DepthwiseConv2dNativeBackpropInputAttrs
  >(({ dy, filter }, attributes, target) =>
    inputGradient(dy, filter, windowFor(attributes.inputShape, filter.shape, attributes), target),
  ),

  DepthwiseConv2dNativeBackpropFilter: kernel<
    tf.DepthwiseConv2dNativeBackpropFilterInputs,
    tf.DepthwiseConv2dNativeBackpropFilterAttrs
  >(({ x, dy }, attributes) => filterGradient(x, dy, windowFor(x.shape, attributes.filterShape, attributes))),

  FusedDepthwiseConv2D: kernel<tf.FusedDepthwiseConv2DInputs, tf.FusedDepthwiseConv2DAttrs>(
    (inputs, attributes, target) => {
      const { x, filter } = inputs;
      const window = windowFor(x.shape, filter.shape, attributes);
      return biasAndActivation(forward(x, filter, window, target), inputs, attributes);
    },
  ),
};
