import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import { type Call, CannotTrain, type Operator, type OperatorTable } from './operator.ts';
import { channelsFirst, channelsLast, padded, type Windows, windowsOf } from './windows.ts';

/**
 * A convolution. Inputs and results have their channels first, as ONNX has them; where one convolution follows another,
 * the turning of axes between them cancels out.
 */
const convolution: Operator = (call) => {
  const x = channelsLast(call.tensor(0));
  const { rank } = call.value(0).shape.length === 3 ? { rank: 3 } : { rank: 4 };
  const kernels = kernelsOf(call.tensor(1));
  const windows = windowsOf(call, call.value(1).shape.slice(2), [x.shape[1]!, x.shape[2]!]);
  const groups = call.number('group', 1);
  const result = grouped(x, kernels, groups, windows);
  return channelsFirst(call.has(2) ? tf.add(result, call.tensor(2)) : result, rank);
};

/** (outputs, inputs, places…) as (height, width, inputs, outputs). */
function kernelsOf(weight: Tensor): Tensor {
  if (weight.rank === 3) return tf.expandDims(tf.transpose(weight, [2, 1, 0]), 0);
  return tf.transpose(weight, [2, 3, 1, 0]);
}

function grouped(x: Tensor, kernels: Tensor, groups: number, windows: Windows): Tensor {
  const [height, width, inputs, outputs] = kernels.shape as [number, number, number, number];
  const channels = x.shape[3]!;
  if (inputs * groups !== channels || outputs % groups !== 0)
    throw new CannotTrain(`its weight is for ${inputs * groups} channels, and it gets ${channels}`);
  if (groups === 1) return dense(x, kernels, windows);
  if (groups === channels) {
    // Output k of channel c stands at c·multiplier + k in both layouts.
    const depthwise = tf.reshape(kernels, [height, width, channels, outputs / groups]);
    const { strides, dilations } = windows;
    const even = strides[0] === strides[1] && samePads(windows);
    if (even)
      return tf.depthwiseConv2d(
        x as Tensor4D,
        depthwise as Tensor4D,
        [...strides],
        windows.pads[0],
        'NHWC',
        [...dilations],
        'floor',
      );
    return tf.depthwiseConv2d(
      padded(x, windows.pads) as Tensor4D,
      depthwise as Tensor4D,
      [...strides],
      'valid',
      'NHWC',
      [...dilations],
    );
  }
  const parts = tf.split(x, groups, 3);
  const own = tf.split(kernels, groups, 3);
  return tf.concat(
    parts.map((part, group) => dense(part, own[group]!, windows)),
    3,
  );
}

const samePads = ({ pads }: Windows) => pads.every((pad) => pad === pads[0]);

function dense(x: Tensor, kernels: Tensor, windows: Windows): Tensor {
  const { strides, dilations, pads } = windows;
  if (samePads(windows))
    return tf.conv2d(
      x as Tensor4D,
      kernels as Tensor4D,
      [...strides],
      pads[0],
      'NHWC',
      [...dilations],
      'floor',
    );
  return tf.conv2d(padded(x, pads) as Tensor4D, kernels as Tensor4D, [...strides], 'valid', 'NHWC', [
    ...dilations,
  ]);
}

const largest: Operator = (call) =>
  pooled(call, -Infinity, (x, windows, rounding) =>
    tf.maxPool(x, [...windows.kernel], [...windows.strides], windows.pads[0], rounding),
  );

/** Padding is left out of the mean unless the node says otherwise. */
const mean: Operator = (call) => {
  const counted = call.number('count_include_pad', 0) !== 0;
  return pooled(
    call,
    counted ? 0 : undefined,
    (x, { kernel, strides, pads }, rounding) => tf.avgPool(x, [...kernel], [...strides], pads[0], rounding),
    counted,
  );
};

/** @param filler what uneven padding holds; undefined where padding must not be seen */
function pooled(
  call: Call,
  filler: number | undefined,
  run: (x: Tensor4D, windows: Windows, rounding: 'floor' | 'ceil') => Tensor,
  padFirst = false,
): Tensor {
  if ((call.node.outputs[1] ?? '') !== '') throw new CannotTrain('the places of its maxima are used');
  const { length: rank } = call.value(0).shape;
  const x = channelsLast(call.tensor(0));
  const kernel = call.list('kernel_shape') ?? [];
  const windows = windowsOf(call, kernel, [x.shape[1]!, x.shape[2]!]);
  if (windows.dilations.some((dilation) => dilation !== 1)) throw new CannotTrain('its windows are dilated');
  const rounding = call.number('ceil_mode', 0) !== 0 ? 'ceil' : 'floor';
  if (samePads(windows) && !padFirst) return channelsFirst(run(x as Tensor4D, windows, rounding), rank);
  if (windows.pads.some((pad) => pad > 0) && filler === undefined)
    throw new CannotTrain('it leaves uneven padding out of its means');
  const around = padded(x, windows.pads, filler === -Infinity ? -3.4e38 : filler);
  return channelsFirst(run(around as Tensor4D, { ...windows, pads: [0, 0, 0, 0] }, rounding), rank);
}

const overPlaces =
  (run: (x: Tensor, axes: number[]) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    return run(x, [...x.shape.keys()].slice(2));
  };

export const convolutionOperators: OperatorTable = {
  Conv: convolution,
  MaxPool: largest,
  AveragePool: mean,
  GlobalAveragePool: overPlaces((x, axes) => tf.mean(x, axes, true)),
  GlobalMaxPool: overPlaces((x, axes) => tf.max(x, axes, true)),
};
