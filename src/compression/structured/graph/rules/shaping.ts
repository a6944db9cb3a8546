import type { GraphNode } from '../../../../models/onnx/graph.ts';
import type { Followed } from '../followed.ts';
import { type Axis, fixed } from '../units.ts';
import { fromStart, listOf, numberOf, type Rule, type RuleTable, unknown } from './rule.ts';
import { type Segment, segmentsOf } from './segments.ts';

const transpose: Rule = (node, followed) => {
  const [input] = node.inputs as [string];
  const axes = followed.axes(input);
  const order = listOf(node, 'perm') ?? [...axes.keys()].reverse();
  const origin = followed.origin(input);
  followed.set(
    node.outputs[0],
    order.map((axis) => axes[axis]),
    origin && { ...origin, axes: order.map((axis) => origin.axes[axis]!) },
  );
};

/** The same numbers in other axes. */
const rearrange: Rule = (node, followed) => {
  const [input] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const axes = followed.axes(input);
  const result: Axis[] = followed.shape(output).map(() => undefined);
  const segments = segmentsOf(followed.shape(input), followed.shape(output));
  if (!segments) return unknown(node, followed);
  for (const segment of segments) {
    const own = segment.from.axes.filter((axis) => axes[axis]);
    if (own.length > 1)
      followed.stop(node, 'puts several kinds of them into one axis', ...own.map((axis) => axes[axis]));
    else if (own.length === 1) {
      const [axis, units] = parted(followed, axes[own[0]!]!, own[0]!, segment);
      if (axis !== undefined) result[axis] = units;
    }
  }
  followed.set(output, result);
};

/** Along which of the new axes units lie, and which. Units at the same place of it go together. */
function parted(
  followed: Followed,
  units: Int32Array,
  axis: number,
  { from, to }: Segment,
): [number | undefined, Axis] {
  const own = from.axes.indexOf(axis);
  const unitAt = (place: number) => units[Math.floor(place / from.strides[own]!) % from.sizes[own]!]!;
  const { root } = { root: (unit: number) => (unit === fixed ? fixed : followed.units.root(unit)) };
  const options = [...to.axes.keys()].filter((at) => to.sizes[at]! > 1);
  const total = to.sizes.reduce((product, size) => product * size, 1);
  const placeIn = (at: number, place: number) => Math.floor(place / to.strides[at]!) % to.sizes[at]!;
  const exact = options.find((at) => {
    const seen = new Int32Array(to.sizes[at]!).fill(-2);
    for (let place = 0; place < total; place++) {
      const unit = root(unitAt(place));
      const index = placeIn(at, place);
      if (seen[index] === -2) seen[index] = unit;
      else if (seen[index] !== unit) return false;
    }
    return true;
  });
  if (options.length === 0) return [to.axes[0], units];
  const split = `${from.sizes.join('×')}→${to.sizes.join('×')}`;
  const chosen = exact ?? options[followed.choice(split, options.length, [...units])]!;
  const result = new Int32Array(to.sizes[chosen]!).fill(-2);
  for (let place = 0; place < total; place++) {
    const unit = unitAt(place);
    const index = placeIn(chosen, place);
    const first = result[index]!;
    if (first === -2) result[index] = unit;
    else if (first !== fixed && unit !== fixed) followed.units.join(first, unit);
    else result[index] = fixed;
  }
  return [to.axes[chosen], result];
}

/** Sizes that an operand asks for, of axes with units that go. */
function sizesAsked(node: GraphNode, followed: Followed): void {
  const axes = followed.axes(node.outputs[0]!);
  const [, asked] = node.inputs;
  const tried = followed.tried(asked!);
  if (!tried) {
    followed.stop(node, 'asks for sizes that are not known', ...axes);
    return;
  }
  const before = axes.length - tried.length;
  followed.changes.set(node, (kept) => ({
    operands: new Map([
      [
        1,
        tried.map((size, at) => {
          const units = axes[before + at];
          const count = units && kept.count(units);
          // 0 is what comes in, -1 what is left, and 1 repeats nothing.
          return size <= 0 || !units || count === units.length || size !== units.length ? undefined : count;
        }),
      ],
    ]),
  }));
}

const reshape: Rule = (node, followed) => {
  rearrange(node, followed);
  sizesAsked(node, followed);
};

const squeeze: Rule = (node, followed) => {
  rearrange(node, followed);
  if (!node.inputs[1] && !listOf(node, 'axes'))
    followed.stop(node, 'drops what has one place', ...followed.axes(node.inputs[0]!));
};

const expand: Rule = (node, followed) => {
  const [input] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const [from, to] = [followed.shape(input), followed.shape(output)];
  const axes = followed.axes(input);
  const before = to.length - from.length;
  followed.set(
    output,
    to.map((size, at) => (size === from[at - before] ? axes[at - before] : undefined)),
  );
  sizesAsked(node, followed);
};

/** Repeats or fills up; an axis that stays as long as it was is left alone. */
export const lengthening: Rule = (node, followed) => {
  const [input] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const [from, to] = [followed.shape(input), followed.shape(output)];
  const axes = followed.axes(input);
  followed.stop(node, 'makes their axis longer', ...axes.filter((_, at) => from[at] !== to[at]));
  followed.set(
    output,
    axes.map((axis, at) => (from[at] === to[at] ? axis : undefined)),
  );
};

const concat: Rule = (node, followed) => {
  const [output] = node.outputs as [string];
  const rank = followed.shape(output).length;
  const names = node.inputs.filter((name) => name !== '');
  const axis = fromStart(numberOf(node, 'axis', 0), rank);
  const parts = names.map((name) => followed.axes(name)[axis]);
  const side = () =>
    Int32Array.from(
      names.flatMap((name, at) => [
        ...(parts[at] ?? new Int32Array(followed.shape(name)[axis]!).fill(fixed)),
      ]),
    );
  followed.set(
    output,
    Array.from({ length: rank }, (_, at) =>
      at === axis
        ? parts.some((part) => part)
          ? side()
          : undefined
        : followed.pair(
            node,
            'lays them beside values that stay',
            ...names.map((name) => followed.axes(name)[at]),
          ),
    ),
  );
};

export const shapingRules: RuleTable = {
  Transpose: transpose,
  Reshape: reshape,
  Flatten: rearrange,
  Unsqueeze: rearrange,
  Squeeze: squeeze,
  Expand: expand,
  Tile: lengthening,
  Pad: lengthening,
  Concat: concat,
};
