import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { Operator, OperatorTable } from './operator.ts';

const pad: Operator = (call) => {
  const x = call.tensor(0);
  const pads = call.list('pads') ?? call.integers(1, 'padding');
  const axes = call.has(3) ? call.axes(3, x.rank)! : [...x.shape.keys()];
  const around = x.shape.map((_, axis): [number, number] => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [pads[at]!, pads[at + axes.length]!];
  });
  const mode = call.text('mode', 'constant');
  if (mode === 'constant') {
    const value = call.has(2) ? call.host(2, 'padding value').data[0]! : call.number('value', 0);
    const cropped = around.map(([before, after], axis) => ({
      start: Math.max(0, -before),
      size: x.shape[axis]! + Math.min(0, before) + Math.min(0, after),
    }));
    const inside = around.some(([before, after]) => before < 0 || after < 0)
      ? tf.slice(
          x,
          cropped.map(({ start }) => start),
          cropped.map(({ size }) => size),
        )
      : x;
    return tf.pad(
      inside,
      around.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]),
      value,
    );
  }
  return around.reduce<Tensor>((padded, [before, after], axis) => {
    if (before === 0 && after === 0) return padded;
    const length = x.shape[axis]!;
    const indices = Array.from({ length: before + length + after }, (_, at) =>
      mirrored(at - before, length, mode),
    );
    return tf.gather(padded, tf.tensor1d(indices, 'int32'), axis);
  }, x);
};

function mirrored(index: number, length: number, mode: string): number {
  if (mode === 'edge') return Math.min(length - 1, Math.max(0, index));
  if (mode === 'wrap') return ((index % length) + length) % length;
  const period = Math.max(1, 2 * (length - 1));
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}

export const paddingOperators: OperatorTable = { Pad: pad };
