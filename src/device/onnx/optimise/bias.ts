import { type Graph, graphOf } from '../graph.ts';
import { type GraphNode, Value } from '../value.ts';

/** ONNX Runtime writes the bias to every row first, with one thread; beyond so many elements an Add is sooner done. */
const mostElements = 2 ** 16;

/**
 * Adds the bias of a linear layer inside its product: Add(Gemm(a, b), c) becomes Gemm(a, b, c), where the product is
 * small and used for nothing else, and c is one row.
 */
export function foldBias(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  const count = (value: Value | undefined) => value && uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(count);
  graph.outputs.forEach(count);

  const become = new Map<Value, Value>();
  const current = (value: Value) => become.get(value) ?? value;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && current(input));
    const folded = node.operator === 'Add' ? folding(inputs as Value[], uses) : undefined;
    if (folded) {
      become.set(node.outputs[0]!, folded);
    } else if (inputs.some((input, index) => input !== node.inputs[index])) {
      const outputs = node.outputs.map(({ shape, type }) => new Value(shape, type));
      const made: GraphNode = { ...node, inputs, outputs };
      outputs.forEach((output, index) => {
        output.node = made;
        become.set(node.outputs[index]!, output);
        uses.set(output, uses.get(node.outputs[index]!) ?? 0);
      });
    }
  }
  return graphOf(graph.outputs.map(current));
}

function folding([a, b]: Value[], uses: ReadonlyMap<Value, number>): Value | undefined {
  for (const [product, bias] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const gemm = product.node;
    if (gemm?.operator !== 'Gemm' || gemm.inputs.length !== 2 || uses.get(product) !== 1) continue;
    if (product.size > mostElements) continue;
    if (bias.size !== product.shape[1] || bias.shape.at(-1) !== bias.size || bias.rank > 2) continue;
    const output = new Value(product.shape, product.type);
    output.node = { ...gemm, inputs: [...gemm.inputs, bias], outputs: [output] };
    return output;
  }
  return undefined;
}
