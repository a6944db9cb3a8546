import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import { type Call, CannotTrain } from './operator.ts';

/** What an operator looks at around each place of an image. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Above, below, left, right. */
  readonly pads: readonly [number, number, number, number];
}

/**
 * Strides, dilations and pads of a node; of one axis as of an image that is one place high.
 * @param size height and width of what it looks at
 */
export function windowsOf(call: Call, kernel: readonly number[], size: readonly [number, number]): Windows {
  const flat = kernel.length === 1;
  const pair = (name: string): [number, number] => {
    const found = call.list(name) ?? kernel.map(() => 1);
    return flat ? [1, found[0]!] : [found[0]!, found[1]!];
  };
  const shape: [number, number] = flat ? [1, kernel[0]!] : [kernel[0]!, kernel[1]!];
  const [strides, dilations] = [pair('strides'), pair('dilations')];
  return { kernel: shape, strides, dilations, pads: padsOf(call, shape, strides, dilations, size, flat) };
}

function padsOf(
  call: Call,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number],
  size: readonly [number, number],
  flat: boolean,
): Windows['pads'] {
  const mode = call.text('auto_pad', 'NOTSET');
  if (mode === 'VALID') return [0, 0, 0, 0];
  if (mode === 'SAME_UPPER' || mode === 'SAME_LOWER') {
    const along = (axis: 0 | 1): [number, number] => {
      const reach = (kernel[axis] - 1) * dilations[axis] + 1;
      const total = Math.max(
        0,
        (Math.ceil(size[axis] / strides[axis]) - 1) * strides[axis] + reach - size[axis],
      );
      const less = Math.floor(total / 2);
      return mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
    };
    return [...along(0), ...along(1)];
  }
  const pads = call.list('pads') ?? [];
  if (flat) return [0, 0, pads[0] ?? 0, pads[1] ?? 0];
  return [pads[0] ?? 0, pads[2] ?? 0, pads[1] ?? 0, pads[3] ?? 0];
}

/** (batch, channels, places…) of ONNX as (batch, height, width, channels) of TensorFlow.js. */
export function channelsLast(x: Tensor): Tensor {
  if (x.rank === 3) return tf.expandDims(tf.transpose(x, [0, 2, 1]), 1);
  if (x.rank === 4) return tf.transpose(x, [0, 2, 3, 1]);
  throw new CannotTrain(`it works on ${x.rank - 2} axes of places`);
}

/** Back, to as many axes as there were. */
export const channelsFirst = (x: Tensor, rank: number): Tensor =>
  rank === 3 ? tf.transpose(tf.squeeze(x, [1]), [0, 2, 1]) : tf.transpose(x, [0, 3, 1, 2]);

export const padded = (x: Tensor, [above, below, left, right]: Windows['pads'], value = 0): Tensor =>
  above + below + left + right === 0
    ? x
    : tf.pad(
        x,
        [
          [0, 0],
          [above, below],
          [left, right],
          [0, 0],
        ],
        value,
      );
