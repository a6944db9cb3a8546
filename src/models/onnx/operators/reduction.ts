import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { Operator, OperatorTable } from './operator.ts';
import { HostValue, isHost, sizeOf, stridesOf } from './value.ts';

type Run = (x: Tensor, axes: number[], keep: boolean) => Tensor;

/** Over the axes that are named, or over all. */
function reduction(run: Run, onHost?: (values: readonly number[]) => number): Operator {
  return (call) => {
    const x = call.value(0);
    const rank = x.shape.length;
    const named = call.axes(1, rank);
    const none = named === undefined || named.length === 0;
    if (none && call.number('noop_with_empty_axes', 0) !== 0) return x;
    const axes = none ? [...x.shape.keys()] : named;
    const keep = call.number('keepdims', 1) !== 0;
    if (!isHost(x) || !onHost) return run(call.tensor(0), axes, keep);
    return reducedOnHost(x, axes, keep, onHost);
  };
}

function reducedOnHost(
  x: HostValue,
  axes: readonly number[],
  keep: boolean,
  reduce: (values: readonly number[]) => number,
): HostValue {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const [from, to] = [stridesOf(x.shape), stridesOf(kept)];
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  for (let at = 0; at < x.data.length; at++) {
    let group = 0;
    for (const [axis, size] of x.shape.entries())
      if (!axes.includes(axis)) group += (Math.floor(at / from[axis]!) % size) * to[axis]!;
    groups[group]!.push(x.data[at]!);
  }
  const shape = keep ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  return new HostValue(x.kind, shape, groups.map(reduce));
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The largest place of an axis. */
const argument =
  (run: (x: Tensor, axis: number) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axis = call.axis(0, x.rank);
    const found = run(x, axis);
    return call.number('keepdims', 1) === 0 ? found : tf.expandDims(found, axis);
  };

export const reductionOperators: OperatorTable = {
  ReduceMean: reduction(
    (x, axes, keep) => tf.mean(x, axes, keep),
    (values) => sum(values) / values.length,
  ),
  ReduceSum: reduction((x, axes, keep) => tf.sum(x, axes, keep), sum),
  ReduceMax: reduction(
    (x, axes, keep) => tf.max(x, axes, keep),
    (values) => Math.max(...values),
  ),
  ReduceMin: reduction(
    (x, axes, keep) => tf.min(x, axes, keep),
    (values) => Math.min(...values),
  ),
  ReduceProd: reduction(
    (x, axes, keep) => tf.prod(x, axes, keep),
    (values) => values.reduce((product, value) => product * value, 1),
  ),
  ReduceSumSquare: reduction((x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  ReduceL1: reduction((x, axes, keep) => tf.sum(tf.abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep))),
  ReduceLogSum: reduction((x, axes, keep) => tf.log(tf.sum(x, axes, keep))),
  ReduceLogSumExp: reduction((x, axes, keep) => tf.logSumExp(x, axes, keep)),
  ArgMax: argument((x, axis) => tf.argMax(x, axis)),
  ArgMin: argument((x, axis) => tf.argMin(x, axis)),
};
