import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats, type KernelCase } from '../case.ts';

type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

function conv(
  x: readonly number[],
  filter: readonly number[],
  strides: number | [number, number],
  pad: Pad,
  {
    dilations = 1,
    format = 'NHWC' as 'NHWC' | 'NCHW',
    rounding = undefined as 'floor' | 'ceil' | 'round' | undefined,
  } = {},
): KernelCase {
  // tfjs-core has no gradients of dilated convolutions, and forgets in them how the output was rounded.
  const gradients = dilations === 1 && rounding !== 'ceil';
  const name = `conv2d ${x} by ${filter}, strides ${strides}, pad ${JSON.stringify(pad)}, dilations ${dilations}, ${format}${rounding ?? ''}`;
  return check(
    name,
    [floats(x), floats(filter)],
    (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, format, dilations, rounding),
    { gradients, absolute: 2e-5 },
  );
}

function depthwise(
  x: readonly number[],
  filter: readonly number[],
  strides: number | [number, number],
  pad: Pad,
  dilations: number | [number, number] = 1,
): KernelCase {
  const gradients = dilations === 1;
  return check(
    `depthwiseConv2d ${x} by ${filter}, strides ${strides}, pad ${JSON.stringify(pad)}, dilations ${dilations}`,
    [floats(x), floats(filter)],
    (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations),
    { gradients, absolute: 2e-5 },
  );
}

const explicit: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];
const explicitFirst: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [0, 0],
  [1, 2],
  [0, 1],
];

const fused = (['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const).map(
  (activation) =>
    check(
      `fused conv2d with bias and ${activation}`,
      [
        floats([2, 5, 4, 3]),
        floats([3, 3, 3, 8]),
        floats([8]),
        ...(activation === 'prelu' ? [floats([8])] : []),
      ],
      (x, filter, bias, slopes) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias!,
          activation,
          leakyreluAlpha: activation === 'leakyrelu' ? 0.3 : undefined,
          preluActivationWeights: activation === 'prelu' ? slopes : undefined,
        }),
      // With gradients asked for, tfjs-core takes the fusion apart except where it knows the activation's.
      { gradients: activation === 'linear' || activation === 'relu', absolute: 2e-5 },
    ),
);

export const convolution: Family = {
  name: 'convolution',
  cases: [
    // Pointwise, plain, few channels, channels in blocks, channels that do not fill them.
    conv([2, 5, 4, 3], [1, 1, 3, 2], 1, 'valid'),
    conv([2, 5, 4, 3], [1, 1, 3, 2], 2, 'valid'),
    conv([2, 5, 4, 1], [3, 3, 1, 2], 1, 'same'),
    conv([2, 7, 6, 1], [3, 3, 1, 16], 1, 'same'),
    conv([2, 7, 6, 3], [5, 3, 3, 16], 2, 'same'),
    conv([3, 6, 5, 5], [3, 3, 5, 7], 1, 'same'),
    conv([3, 6, 5, 5], [3, 3, 5, 7], 2, 'same'),
    conv([2, 6, 7, 16], [3, 3, 16, 16], 1, 'same'),
    conv([2, 6, 7, 16], [3, 3, 16, 32], 1, 'valid'),
    conv([2, 6, 7, 32], [3, 3, 32, 16], 1, 'same'),
    conv([2, 6, 7, 16], [3, 3, 16, 16], 2, 'same'),
    conv([1, 7, 7, 16], [3, 3, 16, 16], [2, 1], 1),
    conv([2, 5, 5, 12], [3, 3, 12, 20], 1, 'same'),
    conv([2, 5, 5, 20], [3, 3, 20, 9], 1, 'valid'),
    conv([2, 5, 5, 8], [2, 2, 8, 8], 1, 'same'),
    // Paddings, one-dimensional windows, windows as large as the image, gaps between windows.
    conv([2, 6, 5, 4], [3, 2, 4, 3], 1, explicit),
    conv([2, 6, 5, 4], [3, 2, 4, 3], 2, explicit),
    conv([2, 6, 5, 3], [3, 3, 3, 2], 1, 2),
    conv([2, 6, 5, 3], [2, 2, 3, 2], 1, 2),
    conv([1, 6, 6, 2], [1, 3, 2, 3], 1, 'same'),
    conv([1, 6, 6, 4], [3, 1, 4, 3], 1, 'same'),
    conv([2, 4, 3, 5], [4, 3, 5, 6], 1, 'valid'),
    conv([2, 8, 8, 5], [2, 2, 5, 4], 3, 'valid'),
    conv([2, 7, 7, 2], [3, 3, 2, 4], 2, 1, { rounding: 'floor' }),
    conv([2, 6, 6, 2], [3, 3, 2, 4], 2, 0, { rounding: 'ceil' }),
    conv([0, 6, 5, 3], [3, 3, 3, 2], 1, 'same'),
    // Dilations.
    conv([2, 7, 8, 3], [3, 3, 3, 4], 1, 'same', { dilations: 2 }),
    conv([2, 7, 8, 16], [3, 3, 16, 16], 1, 'same', { dilations: 2 }),
    conv([2, 7, 8, 5], [2, 3, 5, 4], 1, 'valid', { dilations: 2 }),
    // Channels first.
    conv([2, 3, 6, 5], [3, 3, 3, 4], 1, 'same', { format: 'NCHW' }),
    conv([2, 16, 6, 5], [3, 3, 16, 16], 1, 'same', { format: 'NCHW' }),
    conv([2, 4, 6, 5], [3, 3, 4, 3], 2, 1, { format: 'NCHW', rounding: 'floor' }),
    conv([2, 4, 6, 5], [1, 1, 4, 3], 1, 'valid', { format: 'NCHW' }),
    check(
      'conv2d of channels first with explicit padding',
      [floats([2, 4, 6, 5]), floats([3, 2, 4, 3])],
      (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, explicitFirst, 'NCHW'),
      { gradients: false },
    ),
    check('conv2d of one image without a batch', [floats([6, 5, 3]), floats([3, 3, 3, 2])], (x, filter) =>
      tf.conv2d(x as tf.Tensor3D, filter as tf.Tensor4D, 1, 'same'),
    ),
    check('conv1d', [floats([2, 9, 4]), floats([3, 4, 6])], (x, filter) =>
      tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 2, 'same'),
    ),
    ...[1, 2, 3].map((strides) =>
      check(
        `conv2dTranspose, strides ${strides}`,
        [floats([2, 3, 4, 5]), floats([3, 3, 4, 5])],
        (x, filter) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            [2, 3 * strides, 4 * strides, 4],
            strides,
            'same',
          ),
        { absolute: 2e-5 },
      ),
    ),
    ...fused,
    check(
      'fused conv2d of channels first',
      [floats([2, 3, 5, 4]), floats([3, 3, 3, 4]), floats([4]), floats([4])],
      (x, filter, bias, slopes) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          dataFormat: 'NCHW',
          bias: bias!,
          activation: 'prelu',
          preluActivationWeights: slopes!,
        }),
      { gradients: false },
    ),
  ],
};

export const depthwiseConvolution: Family = {
  name: 'depthwise convolution',
  cases: [
    depthwise([2, 5, 4, 3], [3, 3, 3, 1], 1, 'same'),
    depthwise([2, 5, 4, 3], [3, 3, 3, 2], 1, 'same'),
    depthwise([2, 7, 6, 16], [3, 3, 16, 1], 1, 'same'),
    depthwise([2, 7, 6, 20], [3, 3, 20, 1], 1, 'valid'),
    depthwise([2, 7, 6, 16], [3, 3, 16, 1], 2, 'same'),
    depthwise([2, 7, 6, 4], [3, 2, 4, 3], 2, 'same'),
    depthwise([2, 7, 6, 5], [3, 3, 5, 1], 2, 'valid'),
    depthwise([2, 7, 6, 5], [3, 3, 5, 1], 1, 2),
    depthwise([2, 7, 6, 5], [1, 1, 5, 2], 1, 'valid'),
    depthwise([2, 6, 5, 4], [3, 2, 4, 2], 1, explicit),
    depthwise([0, 6, 5, 4], [3, 2, 4, 2], 1, 'same'),
    depthwise([2, 7, 8, 3], [3, 3, 3, 2], 1, 'same', 2),
    depthwise([2, 7, 8, 16], [3, 3, 16, 1], 1, 'valid', [2, 3]),
    check(
      'separableConv2d',
      [floats([2, 6, 5, 4]), floats([3, 3, 4, 2]), floats([1, 1, 8, 3])],
      (x, depthwise, pointwise) =>
        tf.separableConv2d(x as tf.Tensor4D, depthwise as tf.Tensor4D, pointwise as tf.Tensor4D, 1, 'same'),
      { absolute: 2e-5 },
    ),
    check(
      'fused depthwiseConv2d',
      [floats([2, 5, 4, 4]), floats([3, 3, 4, 1]), floats([4])],
      (x, filter, bias) =>
        tf.fused.depthwiseConv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias!,
          activation: 'relu6',
        }),
      { gradients: false },
    ),
  ],
};
