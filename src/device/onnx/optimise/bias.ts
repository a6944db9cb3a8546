import { type Graph, graphOf } from '../graph/graph.ts';
import { Rewriting, readBy } from '../graph/rewrite.ts';
import { Value } from '../graph/value.ts';

/** ONNX Runtime writes the bias to every row first, with one thread; beyond so many elements an Add is sooner done. */
const mostElements = 2 ** 16;

/**
 * Adds the bias of a linear layer inside its product: Add(Gemm(a, b), c) becomes Gemm(a, b, c), where the product is
 * small and used for nothing else, and c is one row.
 */
export function foldBias(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  const count = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of graph.nodes) readBy(node).forEach(count);
  graph.outputs.forEach(count);

  const rewriting = new Rewriting();
  for (const node of graph.nodes) {
    const folded =
      node.operator === 'Add' ? folding(node.inputs as Value[], rewriting.current, uses) : undefined;
    if (folded) rewriting.replace(node.outputs[0]!, folded);
    else rewriting.keep(node);
  }
  return graphOf(graph.outputs.map(rewriting.current));
}

function folding(
  [a, b]: Value[],
  current: (value: Value) => Value,
  uses: ReadonlyMap<Value, number>,
): Value | undefined {
  for (const [before, added] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const [product, bias] = [current(before), current(added)];
    const gemm = product.node;
    if (gemm?.operator !== 'Gemm' || gemm.inputs.length !== 2 || uses.get(before) !== 1) continue;
    if (product.size > mostElements) continue;
    if (bias.size !== product.shape[1] || bias.shape.at(-1) !== bias.size || bias.rank > 2) continue;
    const output = new Value(product.shape, product.type);
    output.node = { ...gemm, inputs: [...gemm.inputs, bias], outputs: [output] };
    return output;
  }
  return undefined;
}
