import { createHash } from 'node:crypto';
import type { GraphNode, Value } from './value.ts';

/** What a session computes: nodes in an order in which each comes after what it needs. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Values fed at each run. */
  readonly inputs: readonly Value[];
  readonly constants: readonly Value[];
  readonly outputs: readonly Value[];
}

/** Everything the outputs depend on, down to stored values, constants and the given further inputs. */
export function graphOf(outputs: readonly Value[], placeholders: ReadonlySet<Value> = new Set()): Graph {
  const ordered: GraphNode[] = [];
  const inputs: Value[] = [];
  const constants: Value[] = [];
  const seenValues = new Set<Value>();
  const done = new Set<GraphNode>();
  // Graphs are deep, so this walks with a stack of its own: [node, index of the next operand to look at].
  const stack: [GraphNode, number][] = [];

  const enter = (value: Value) => {
    if (value.node && !placeholders.has(value)) {
      if (!done.has(value.node)) stack.push([value.node, 0]);
      return;
    }
    if (seenValues.has(value)) return;
    seenValues.add(value);
    if (value.constant) constants.push(value);
    else inputs.push(value);
  };

  for (const output of outputs) {
    enter(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const [node, next] = top;
      const captured = node.body?.captured ?? [];
      if (done.has(node)) {
        stack.pop();
      } else if (next < node.inputs.length + captured.length) {
        top[1]++;
        const operand = next < node.inputs.length ? node.inputs[next] : captured[next - node.inputs.length];
        if (operand) enter(operand);
      } else {
        done.add(node);
        ordered.push(node);
        stack.pop();
      }
    }
  }
  return { nodes: ordered, inputs, constants, outputs };
}

/**
 * Two graphs with one key compute the same function of their inputs: operators, wiring, attributes, shapes, types,
 * constants and the choice of outputs all go into it.
 */
export function structureKey(graph: Graph): string {
  const hash = createHash('sha256');
  const names = new Map<Value, string>();
  const describe = (value: Value) => `${value.type}[${value.shape}]`;
  let text = '';
  graph.inputs.forEach((value, index) => {
    names.set(value, `i${index}`);
    text += `${describe(value)};`;
  });
  graph.constants.forEach((value, index) => {
    names.set(value, `c${index}`);
    const { data } = value.constant!;
    text += `${describe(value)}=${data.length};`;
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });
  let count = 0;
  for (const node of graph.nodes) {
    const operands = node.inputs.map((operand) => (operand ? names.get(operand)! : ''));
    for (const output of node.outputs) {
      names.set(output, `n${count++}`);
      text += describe(output);
    }
    text += `${node.domain}.${node.operator}(${operands})${JSON.stringify(node.attributes)};`;
  }
  text += graph.outputs.map((value) => names.get(value)).join();
  return hash.update(text).digest('base64');
}
