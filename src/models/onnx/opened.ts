import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { GraphPlace } from './files.ts';
import type { OpenedGraph } from './reading/read-graph.ts';
import { type GraphWeights, weightsOf } from './weights.ts';

export interface KnownGraph extends OpenedGraph {
  readonly place: GraphPlace;
  readonly weights: GraphWeights;
}

/** Graphs that this process has opened; a configuration names one of them. */
const opened = new Map<string, KnownGraph>();

/**
 * @param hash identifies the file as it is now
 * @param weights left out: what looks like weights
 */
export function rememberGraph(
  hash: string,
  graph: OpenedGraph,
  place: GraphPlace,
  weights: GraphWeights = weightsOf(graph.graph),
): KnownGraph {
  const known = { ...graph, place, weights };
  opened.set(hash, known);
  return known;
}

/** One that this process has opened. */
export const knownGraph = (hash: string): KnownGraph | undefined => opened.get(hash);

export function openedGraph({ graph }: Pick<OnnxGraphConfig, 'graph'>): KnownGraph {
  const found = opened.get(graph);
  if (!found) throw new Error(`no graph ${graph} was opened`);
  return found;
}
