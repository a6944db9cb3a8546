import type { Body, GraphNode, Value } from './value.ts';

/** Type and shape of a value. */
export const describeValue = ({ type, shape }: Pick<Value, 'type' | 'shape'>): string => `${type}[${shape}]`;

type Described = Omit<GraphNode, 'outputs'> & { readonly outputs: readonly Pick<Value, 'type' | 'shape'>[] };
type NameOf = (value: Value) => string | number;

/**
 * All that decides what a node computes: operator, operands, attributes, the types and shapes of its outputs, and its
 * body. The texts of two nodes are equal where they compute the same.
 * @param nameOf names of values that are equal where the values are
 */
export function describeNode(node: Described, nameOf: NameOf, depth = 0): string {
  const { domain, operator, inputs, attributes, outputs, body } = node;
  const operands = inputs.map((operand) => (operand ? nameOf(operand) : ''));
  const own = `${domain}.${operator}(${operands})${JSON.stringify(attributes)}${outputs.map(describeValue)}`;
  return body ? `${own}{${describeBody(body, nameOf, depth + 1)}}` : own;
}

/** Values of the body by their order, those around it as they are called there. */
function describeBody({ inputs, nodes, outputs }: Body, outerName: NameOf, depth: number): string {
  const names = new Map<Value, string>();
  const name = (value: Value) => {
    names.set(value, `${'^'.repeat(depth)}${names.size}`);
    return describeValue(value);
  };
  const nameOf = (value: Value) => names.get(value) ?? outerName(value);
  const parts = [inputs.map(name).join()];
  for (const node of nodes) {
    parts.push(describeNode(node, nameOf, depth));
    node.outputs.forEach(name);
  }
  return [...parts, outputs.map(nameOf).join()].join(';');
}
