import type { GraphNode } from '../../../../models/onnx/graph.ts';
import type { Followed } from '../followed.ts';
import { type Axis, fixed } from '../units.ts';
import { markBias } from './elementwise.ts';
import { along, numberOf, type Rule, type RuleTable, unknown } from './rule.ts';

const bound = 'computes with values that stay';

/** A weight whose rows and columns take units in and make others. */
function applied(
  node: GraphNode,
  followed: Followed,
  given: Axis,
  { name, takes, makes }: { readonly name: string; readonly takes: number; readonly makes: number },
): Axis {
  const axes = followed.axes(name);
  followed.pair(node, bound, given, axes[takes]);
  followed.mark(name, takes, 'takes');
  followed.mark(name, makes, 'makes');
  followed.products.add(node.outputs[0]!);
  return axes[makes];
}

const isMatrix = (followed: Followed, name: string) =>
  followed.origin(name) !== undefined && followed.shape(name).length === 2;

/** Both values may lie turned, in the operator that ONNX Runtime fuses. */
const product: Rule = (node, followed) => {
  const [left, right] = node.inputs as [string, string];
  const [output] = node.outputs;
  const [a, b] = [followed.axes(left), followed.axes(right)];
  const turned = (name: string) => numberOf(node, name, 0) === 1;
  if (a.length < 2 || b.length < 2 || turned('transBatchA') || turned('transBatchB'))
    return unknown(node, followed);
  // Axes counted from the last one.
  const [rows, given] = turned('transA') ? ([1, 2] as const) : ([2, 1] as const);
  const [taken, columns] = turned('transB') ? ([1, 2] as const) : ([2, 1] as const);
  if (isMatrix(followed, right)) {
    const made = applied(node, followed, a.at(-given), { name: right, takes: 2 - taken, makes: 2 - columns });
    return followed.set(output, [...a.slice(0, -2), a.at(-rows), made]);
  }
  if (isMatrix(followed, left)) {
    const made = applied(node, followed, b.at(-taken), { name: left, takes: 2 - given, makes: 2 - rows });
    return followed.set(output, [...b.slice(0, -2), made, b.at(-columns)]);
  }
  // A product of two values: rows and columns stay what they are, and so do matrices that lie one behind the other.
  followed.stop(node, 'multiplies two values over them', a.at(-given), b.at(-taken));
  const rank = followed.shape(output!).length;
  const behind = Array.from({ length: rank - 2 }, (_, at) =>
    followed.pair(node, bound, ...along(followed, [left, right], rank - at)),
  );
  return followed.set(output, [...behind, a.at(-rows), b.at(-columns)]);
};

const gemm: Rule = (node, followed) => {
  const [left, right, bias] = node.inputs as [string, string, string?];
  if (numberOf(node, 'transA', 0) !== 0 || !isMatrix(followed, right)) return unknown(node, followed);
  const takes = numberOf(node, 'transB', 0) === 1 ? 1 : 0;
  const [rows, given] = followed.axes(left);
  const made = applied(node, followed, given, { name: right, takes, makes: 1 - takes });
  followed.set(node.outputs[0], [rows, made]);
  if (!bias) return;
  followed.pair(node, bound, made, ...along(followed, [bias], 1));
  followed.stop(node, bound, ...followed.axes(bias).slice(0, -1));
  markBias(bias, followed);
};

const convolution: Rule = (node, followed) => {
  const [input, weight, bias] = node.inputs as [string, string, string?];
  const [batch, given, ...places] = followed.axes(input);
  const [made, taken, ...kernel] = followed.axes(weight);
  if (!followed.origin(weight)) return unknown(node, followed);
  followed.stop(node, 'reads places beside each other', ...places, ...kernel);
  followed.products.add(node.outputs[0]!);
  const groups = numberOf(node, 'group', 1);
  if (groups === 1) {
    followed.pair(node, bound, given, taken);
    followed.mark(weight, 1, 'takes');
    followed.mark(weight, 0, 'makes');
  } else {
    followed.stop(node, 'computes in groups', taken);
    if (followed.shape(weight)[1]! > 1) followed.mark(weight, 0, 'makes');
    if (made && given) joinGroups(node, followed, [made, given], groups);
    else followed.stop(node, bound, made, given);
  }
  followed.set(node.outputs[0], [batch, made, ...places.map(() => undefined)]);
  if (!bias) return;
  followed.pair(node, bound, made, followed.axes(bias)[0]);
  if (groups === 1 || followed.shape(weight)[1]! > 1) markBias(bias, followed);
};

/** Groups go as a whole, with all that they see and make. */
function joinGroups(node: GraphNode, followed: Followed, axes: readonly Int32Array[], groups: number): void {
  const firsts: number[] = [];
  for (let group = 0; group < groups; group++) {
    const [made, given] = axes.map((axis) => {
      const size = axis.length / groups;
      return axis.subarray(group * size, (group + 1) * size);
    }) as [Int32Array, Int32Array];
    const all = [...made, ...given];
    if (all.includes(fixed)) followed.stop(node, bound, Int32Array.from(all));
    const [first, ...others] = all.filter((unit) => unit !== fixed);
    for (const other of others) followed.units.join(first!, other);
    firsts.push(first ?? fixed);
  }
  const units = Int32Array.from(firsts);
  followed.changes.set(node, (kept) => ({ attributes: { group: kept.count(units) } }));
}

export const linearRules: RuleTable = {
  MatMul: product,
  FusedMatMul: product,
  Gemm: gemm,
  Conv: convolution,
};
