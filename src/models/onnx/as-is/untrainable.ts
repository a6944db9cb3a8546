import { type Graph, type GraphNode, isGraph, type SubGraph } from '../graph.ts';
import { operatorNamed } from '../operators/all.ts';
import type { GraphWeights } from '../weights.ts';
import { byteWeights } from './byte-weights.ts';

/** Operators that are run by what stands in them. */
const control = new Set(['If', 'Loop']);

/**
 * Why a graph cannot be trained, as far as that shows without running it.
 * @returns a clause without a period; undefined where nothing stands against it
 */
export function whyUntrainable(graph: Graph, weights: GraphWeights): string | undefined {
  const node = withoutGradients(graph);
  if (node) return `the node "${node.name}" (${node.operator}) has no gradients here`;
  const [rounded] = byteWeights(graph);
  if (rounded)
    return `the node "${rounded.node.name}" makes the weight "${rounded.tensor.name}" of whole numbers, which have no gradients`;
  return weights.parameters.length === 0 ? 'it has no weights in floats' : undefined;
}

function withoutGradients({ nodes }: Pick<SubGraph, 'nodes'>): GraphNode | undefined {
  for (const node of nodes) {
    const known =
      operatorNamed(node.operator, node.domain) || (node.domain === '' && control.has(node.operator));
    if (!known) return node;
    for (const attribute of node.attributes.values()) {
      const inner = isGraph(attribute) ? withoutGradients(attribute) : undefined;
      if (inner) return inner;
    }
  }
  return undefined;
}
