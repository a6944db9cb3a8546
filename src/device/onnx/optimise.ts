import type { Graph } from './graph.ts';
import type { Target } from './kernel.ts';

export function optimise(graph: Graph, _target: Target): Graph {
  return graph;
}
