import { int64s, node, reshape } from './record.ts';
import { sizeOf, type Value } from './value.ts';

/** Fewer elements are reduced sooner than threads are woken. */
const worthSharing = 2 ** 15;

/** ReduceSum, ReduceMean, ReduceMax and the like over non-empty axes. */
export function reduce(
  operator: string,
  value: Value,
  axes: readonly number[],
  keepDimensions: boolean,
): Value {
  const shape = reducedShape(value, axes, keepDimensions);
  // Over axes of length 1 there is nothing to reduce.
  if (axes.every((axis) => value.shape[axis] === 1)) return reshape(value, shape);
  const grouped = value.size < worthSharing ? undefined : byGroups(value, axes);
  if (grouped) {
    const partial = inOneStage(operator, grouped.value, grouped.axes, false);
    return reshape(inOneStage(operator, partial, [0], false), shape);
  }
  const squared = operator === 'ReduceSum' && sizeOf(shape) === 1 ? squareRoot(value) : undefined;
  return inOneStage(squared ? 'ReduceSumSquare' : operator, squared ?? value, axes, keepDimensions);
}

function inOneStage(operator: string, value: Value, axes: readonly number[], keepDimensions: boolean): Value {
  const shape = reducedShape(value, axes, keepDimensions);
  const attributes = { keepdims: keepDimensions ? 1 : 0 };
  return node(operator, [value, int64s(axes)], { shape, type: value.type }, attributes);
}

function reducedShape({ shape }: Value, axes: readonly number[], keepDimensions: boolean): number[] {
  if (keepDimensions) return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * A reduction of rows to one row, prepared to be done in two stages: within groups of rows, then over the groups. In one
 * stage ONNX Runtime shares out the columns, of which there may be few, and two threads take longer than one.
 */
function byGroups(
  value: Value,
  axes: readonly number[],
): { value: Value; axes: readonly number[] } | undefined {
  const { shape } = value;
  const leading =
    axes.length < shape.length && [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
  if (!leading) return undefined;
  const rowShape = shape.slice(axes.length);
  const rows = value.size / sizeOf(rowShape);
  const first = shape[0]!;
  if (axes.length > 1 && first >= fewestGroups && rows >= 2 * first)
    return { value, axes: axes.slice(1).map((_, index) => index + 1) };
  const groups = groupsOf(rows);
  if (groups === undefined) return undefined;
  return { value: reshape(value, [groups, rows / groups, ...rowShape]), axes: [1] };
}

const fewestGroups = 16;
const mostGroups = 64;

function groupsOf(rows: number): number | undefined {
  for (let groups = Math.min(mostGroups, Math.floor(rows / 8)); groups >= fewestGroups; groups--)
    if (rows % groups === 0) return groups;
  return undefined;
}

/** What was multiplied by itself to make a value: the sum of all squares, a norm's, takes one pass instead of two. */
function squareRoot({ node }: Value): Value | undefined {
  return node?.operator === 'Mul' && node.inputs[0] === node.inputs[1] ? node.inputs[0] : undefined;
}
