import { tf } from '../../../tensorflow.ts';
import { type Window, windowOf } from './window.ts';

export type DataFormat = 'NHWC' | 'NCHW' | undefined;

/** What tfjs-core says of a convolution beside the shapes of its operands. */
export type ConvolutionAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> &
  Partial<Pick<tf.Conv2DAttrs, 'dilations'>>;

/**
 * Where the windows of a convolution lie on data with channels last.
 * @param format of the data it is asked for, in whose order explicit paddings are given
 * @param depthwise whether each channel has kernels of its own
 */
export function convolutionWindow(
  shape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dilations, dimRoundingMode }: ConvolutionAttributes,
  { format, depthwise = false }: { readonly format?: DataFormat; readonly depthwise?: boolean } = {},
): Window {
  const lastPad =
    format === 'NCHW' && Array.isArray(pad) ? ([pad[0], pad[2], pad[3], pad[1]] as typeof pad) : pad;
  return windowOf(
    tf.backend_util.computeConv2DInfo(
      shape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides,
      dilations ?? 1,
      lastPad,
      dimRoundingMode,
      depthwise,
    ),
  );
}
