import { createHash } from 'node:crypto';
import { describeNode, describeValue } from './describe.ts';
import { readBy } from './rewrite.ts';
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
  // Graphs are deep, so this walks with a stack of its own: each node with those of its operands still to look at.
  const stack: [GraphNode, Iterator<Value>][] = [];

  const enter = (value: Value) => {
    if (value.node && !placeholders.has(value)) {
      if (!done.has(value.node)) stack.push([value.node, readBy(value.node).values()]);
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
      const [node, operands] = stack[stack.length - 1]!;
      const next = done.has(node) ? undefined : operands.next();
      if (next === undefined) {
        stack.pop();
      } else if (!next.done) {
        enter(next.value);
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
 * Two graphs with one key compute the same function of their inputs: operators, wiring, attributes, bodies, shapes,
 * types, constants and the choice of outputs all go into it.
 */
export function structureKey(graph: Graph): string {
  const hash = createHash('sha256');
  const names = new Map<Value, string>();
  let text = '';
  graph.inputs.forEach((value, index) => {
    names.set(value, `i${index}`);
    text += `${describeValue(value)};`;
  });
  graph.constants.forEach((value, index) => {
    names.set(value, `c${index}`);
    const { data } = value.constant!;
    text += `${describeValue(value)}=${data.length};`;
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });
  let count = 0;
  for (const node of graph.nodes) {
    text += `${describeNode(node, (value) => names.get(value)!)};`;
    for (const output of node.outputs) names.set(output, `n${count++}`);
  }
  text += graph.outputs.map((value) => names.get(value)).join();
  return hash.update(text).digest('base64');
}
