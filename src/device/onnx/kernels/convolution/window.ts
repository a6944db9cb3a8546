import type { tf } from '../../../tensorflow.ts';

/** One spatial axis of a convolution or pooling. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding in front of the input. */
  readonly before: number;
}

export type Window = readonly [height: WindowAxis, width: WindowAxis];

/** The window of a convolution or pooling as tfjs-core works it out. */
export function windowOf(info: tf.backend_util.Conv2DInfo): Window {
  return [
    {
      input: info.inHeight,
      output: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
    },
    {
      input: info.inWidth,
      output: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
    },
  ];
}

/** Input elements that one window covers, gaps included. */
export function extent(axis: WindowAxis): number {
  return (axis.kernel - 1) * axis.dilation + 1;
}

/** Elements past the end of the input that the last window covers; negative where it ends before the input does. */
export function overhang(axis: WindowAxis): number {
  return (axis.output - 1) * axis.stride + extent(axis) - axis.before - axis.input;
}

/** Attributes of ONNX's Conv and pooling operators for a window over (height, width). */
export function windowAttributes(window: Window) {
  return {
    kernel_shape: window.map((axis) => axis.kernel),
    strides: window.map((axis) => axis.stride),
    dilations: window.map((axis) => axis.dilation),
    pads: [...window.map((axis) => axis.before), ...window.map((axis) => Math.max(0, overhang(axis)))],
  };
}

/**
 * The convolution with the reversed kernel that carries gradients from outputs back to inputs; there is one where
 * windows move by single steps and start no further before the input than they are long.
 */
export function backwardWindow(window: Window): Window | undefined {
  const backward = window.map((axis) => ({
    input: axis.output,
    output: axis.input,
    kernel: axis.kernel,
    stride: 1,
    dilation: axis.dilation,
    before: extent(axis) - 1 - axis.before,
  }));
  if (window.some((axis) => axis.stride !== 1) || backward.some((axis) => axis.before < 0)) return undefined;
  return backward as unknown as Window;
}
