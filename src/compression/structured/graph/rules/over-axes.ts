import type { GraphNode } from '../../../../models/onnx/graph.ts';
import type { Followed } from '../followed.ts';
import type { Axis } from '../units.ts';
import { axesOf, fromStart, numberOf, type Rule, type RuleTable, unknown } from './rule.ts';

const over = 'computes over all of them';

/** Statistics of each channel, and what scales and moves it. */
const batchNormalization: Rule = (node, followed) => {
  const [input, ...weights] = node.inputs as [string, ...string[]];
  const axes = followed.axes(input);
  followed.pair(node, 'is given values that stay', axes[1], ...weights.map((name) => followed.axes(name)[0]));
  followed.set(node.outputs[0], axes);
};

/** All of the last axes become of mean 0 and variance 1, or of length 1. */
const layerNormalization: Rule = (node, followed) => {
  const [input, ...weights] = node.inputs as [string, ...string[]];
  const axes = followed.axes(input);
  const first = fromStart(numberOf(node, 'axis', -1), axes.length);
  const bound = weights.flatMap((name) => (name === '' ? [] : followed.axes(name)));
  followed.stop(node, over, ...axes.slice(first), ...bound);
  followed.set(node.outputs[0], axes);
};

/** Before version 13, all axes from one on are taken together. */
const softmax: Rule = (node, followed) => {
  const axes = followed.axes(node.inputs[0]!);
  const old = followed.graph.opset < 13;
  const first = fromStart(numberOf(node, 'axis', old ? 1 : -1), axes.length);
  followed.stop(node, over, ...axes.slice(first, old ? undefined : first + 1));
  followed.set(node.outputs[0], axes);
};

const reduction: Rule = (node, followed) => {
  const axes = followed.axes(node.inputs[0]!);
  const named = axesOf(node, followed, 1, axes.length);
  if (!named) return unknown(node, followed);
  const idle = named.length === 0 && numberOf(node, 'noop_with_empty_axes', 0) !== 0;
  const reduced = new Set(named.length === 0 && !idle ? axes.keys() : named);
  followed.stop(node, over, ...axes.filter((_, at) => reduced.has(at)));
  const kept = numberOf(node, 'keepdims', 1) !== 0;
  followed.set(
    node.outputs[0],
    axes.flatMap((axis, at) => (reduced.has(at) ? (kept ? [undefined] : []) : [axis])),
  );
};

/** What is in windows of each channel. */
const pooling: Rule = (node, followed) => {
  const [batch, channels, ...places] = followed.axes(node.inputs[0]!);
  followed.stop(node, 'reads places beside each other', ...places);
  followed.set(node.outputs[0], [batch, channels, ...places.map(() => undefined)]);
};

const gather: Rule = (node, followed) => {
  const [data, indices] = node.inputs as [string, string];
  const axes = followed.axes(data);
  const axis = fromStart(numberOf(node, 'axis', 0), axes.length);
  followed.stop(node, 'chooses among them', axes[axis]);
  const chosen = followed.shape(indices).map((): Axis => undefined);
  followed.set(node.outputs[0], [...axes.slice(0, axis), ...chosen, ...axes.slice(axis + 1)]);
};

const split: Rule = (node, followed) => {
  const [input] = node.inputs as [string];
  const axes = followed.axes(input);
  const axis = fromStart(numberOf(node, 'axis', 0), axes.length);
  const whole = axes[axis];
  let start = 0;
  const parts = node.outputs.map((output) => {
    const size = followed.shape(output)[axis]!;
    const part = whole?.subarray(start, start + size);
    start += size;
    followed.set(
      output,
      axes.map((own, at) => (at === axis ? part : own)),
    );
    return part;
  });
  if (!whole) return;
  const operand = followed.graph.opset >= 13;
  followed.changes.set(node, (kept) => {
    const sizes = parts.map((part) => kept.count(part!));
    return operand
      ? { operands: new Map([[1, sizes]]), without: ['num_outputs'] }
      : { attributes: { split: sizes } };
  });
};

const slice: Rule = (node, followed) => {
  const [input, ...named] = node.inputs as [string, ...string[]];
  const axes = followed.axes(input);
  const shape = followed.shape(input);
  const known = (at: number) => (named[at] ? followed.known(named[at]) : undefined);
  const [starts, ends, steps] = [known(0), known(1), known(3)];
  if ((named[2] && !known(2)) || (named[3] && !steps)) return unknown(node, followed);
  const result = [...axes];
  const cuts: { readonly at: number; readonly before: Int32Array; readonly within: Int32Array }[] = [];
  const names = known(2) ?? followed.tried(named[0]!)?.map((_, at) => at) ?? [...axes.keys()];
  for (const [at, own] of names.entries()) {
    const axis = fromStart(own, axes.length);
    const units = axes[axis];
    if (!units) continue;
    const size = shape[axis]!;
    const bounds = [starts?.[at], ends?.[at]].map((place) =>
      place === undefined ? undefined : Math.min(size, Math.max(0, place < 0 ? place + size : place)),
    );
    const [start, end] = bounds;
    if (start === undefined || end === undefined || (steps?.[at] ?? 1) !== 1) {
      followed.stop(node, 'takes a part of them that is not followed', units);
      continue;
    }
    result[axis] = units.subarray(start, Math.max(start, end));
    cuts.push({ at, before: units.subarray(0, start), within: result[axis] });
  }
  followed.set(node.outputs[0], result);
  if (cuts.length > 0) keepCut(node, followed, names.length, cuts);
};

function keepCut(
  node: GraphNode,
  followed: Followed,
  count: number,
  cuts: readonly { readonly at: number; readonly before: Int32Array; readonly within: Int32Array }[],
): void {
  followed.changes.set(node, (kept) => {
    const starts: (number | undefined)[] = Array.from({ length: count });
    const ends = [...starts];
    for (const { at, before, within } of cuts) {
      starts[at] = kept.count(before);
      ends[at] = starts[at] + kept.count(within);
    }
    return {
      operands: new Map([
        [1, starts],
        [2, ends],
      ]),
    };
  });
}

const each = (names: string, rule: Rule): RuleTable =>
  Object.fromEntries(names.split(' ').map((name) => [name, rule]));

export const axesRules: RuleTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: batchNormalization,
  ...each('LayerNormalization RMSNormalization SimplifiedLayerNormalization', layerNormalization),
  ...each('Softmax LogSoftmax', softmax),
  ...each(
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceSumSquare ReduceLogSum ReduceLogSumExp',
    reduction,
  ),
  ...each('MaxPool AveragePool GlobalAveragePool GlobalMaxPool', pooling),
  Gather: gather,
  Split: split,
  Slice: slice,
};
