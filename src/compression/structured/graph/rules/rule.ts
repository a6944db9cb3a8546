import { type GraphNode, isTensor } from '../../../../models/onnx/graph.ts';
import type { Followed } from '../followed.ts';
import type { Axis } from '../units.ts';

/** Tells which units the outputs of a node hold, and which of its operands hold the same. */
export type Rule = (node: GraphNode, followed: Followed) => void;
export type RuleTable = Readonly<Record<string, Rule>>;

/** What nothing is known of keeps all units it is given. */
export const unknown: Rule = (node, followed) => {
  for (const name of node.inputs)
    if (name !== '') followed.stop(node, 'is not followed', ...followed.axes(name));
};

export function numberOf({ attributes }: GraphNode, name: string, otherwise: number): number {
  const found = attributes.get(name);
  return typeof found === 'number' ? found : otherwise;
}

export function listOf({ attributes }: GraphNode, name: string): number[] | undefined {
  const found = attributes.get(name);
  return Array.isArray(found) ? found.map(Number) : isTensor(found) ? Array.from(found.data) : undefined;
}

export const fromStart = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Axes that are an attribute in older versions, an operand in newer ones; undefined where they are not known. */
export function axesOf(
  node: GraphNode,
  followed: Followed,
  operand: number,
  rank: number,
): number[] | undefined {
  const own = listOf(node, 'axes');
  const name = node.inputs[operand];
  const given = own ?? (name ? followed.known(name) : []);
  return given?.map((axis) => fromStart(axis, rank));
}

/** The axis, counted from the last one, of each value that is as long as the result there. */
export function along(followed: Followed, names: readonly string[], fromEnd: number): Axis[] {
  return names.flatMap((name) => {
    const shape = followed.shape(name);
    const at = shape.length - fromEnd;
    return at < 0 || shape[at] === 1 ? [] : [followed.axes(name)[at]];
  });
}
