import { type Body, type GraphNode, Value } from './value.ts';

/** All values that a node reads, those included that only its body does. */
export const readBy = ({ inputs, body }: GraphNode): Value[] =>
  [...inputs, ...(body?.captured ?? [])].filter((operand) => operand !== undefined);

/** A body over what the values around it that it reads have become. */
export function bodyOver(body: Body, current: (value: Value) => Value): Body {
  const captured = body.captured.map(current);
  if (captured.every((value, index) => value === body.captured[index])) return body;
  const become = new Map(body.captured.map((value, index) => [value, captured[index]!]));
  const now = (value: Value) => become.get(value) ?? value;
  const nodes = body.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((operand) => operand && now(operand)),
    ...(node.body && { body: bodyOver(node.body, now) }),
  }));
  return { ...body, nodes, outputs: body.outputs.map(now), captured };
}

/** A graph that is being rewritten, node by node in its order: what each of its values has become. */
export class Rewriting {
  readonly #become = new Map<Value, Value>();

  /** What a value has become: itself where nothing was said. */
  readonly current = (value: Value): Value => this.#become.get(value) ?? value;

  /** From here on, what read the one value reads the other. */
  replace(value: Value, by: Value): void {
    this.#become.set(value, by);
  }

  /** Takes a node over as it is, with what its operands have become; the very same node where none has changed. */
  keep(node: GraphNode): void {
    const inputs = node.inputs.map((operand) => operand && this.current(operand));
    const body = node.body && bodyOver(node.body, this.current);
    if (body === node.body && inputs.every((operand, index) => operand === node.inputs[index])) return;
    const outputs = node.outputs.map(({ shape, type }) => new Value(shape, type));
    const made: GraphNode = { ...node, inputs, outputs, ...(body && { body }) };
    outputs.forEach((output, index) => {
      output.node = made;
      this.replace(node.outputs[index]!, output);
    });
  }
}
