import { type Graph, graphOf } from '../graph/graph.ts';
import { bodyOver } from '../graph/rewrite.ts';
import type { GraphNode, Value } from '../graph/value.ts';
import { foldBias } from './bias.ts';
import { Interner } from './interner.ts';
import { passScale, Scaled } from './scale.ts';

/**
 * Rewrites a graph into a cheaper one with the same inputs and outputs: equal nodes are merged, unused ones dropped,
 * multiplications by constants moved to where they cost nothing, biases added inside products. What ONNX Runtime
 * does itself when it loads a model (folding of constants, say) is left to it.
 */
export function optimise(graph: Graph): Graph {
  const interner = new Interner();
  /** What each value of the old graph has become. */
  const become = new Map<Value, Scaled>();
  const scaled = (value: Value): Scaled => {
    let result = become.get(value);
    if (!result) {
      result = new Scaled(interner.leaf(value), 1);
      become.set(value, result);
    }
    return result;
  };
  const plain = (value: Value) => scaled(value).plain(interner);
  for (const given of graph.nodes) {
    const node = given.body ? { ...given, body: bodyOver(given.body, plain) } : given;
    const operands = node.inputs.map((operand) => operand && scaled(operand));
    const results = passScale(node, operands, interner) ?? plainly(node, operands, interner);
    node.outputs.forEach((output, index) => {
      become.set(output, results[index]!);
    });
  }
  const outputs = graph.outputs.map(plain);
  return foldBias(graphOf(outputs));
}

/** The same operator over operands that are multiplied out. */
function plainly(node: GraphNode, operands: readonly (Scaled | undefined)[], interner: Interner): Scaled[] {
  const inputs = operands.map((operand) => operand?.plain(interner));
  return interner.node(node, inputs).map((value) => new Scaled(value, 1));
}
