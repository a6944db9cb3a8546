import type { onnx } from 'onnx-proto';
import { nodeProto } from '../../device/onnx/graph/node-proto.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { inlineGraph } from '../../models/onnx/inline.ts';
import { openedGraph } from '../../models/onnx/opened.ts';
import { EditableGraph } from '../onnx/editable-graph.ts';
import { foldConstants, rearranges } from '../onnx/fold-constants.ts';
import { type WeightedNode, weightedNodes } from '../onnx/layers.ts';

/** A graph that came as a file, ready to be rewritten. */
export interface WeightedGraph {
  readonly graph: EditableGraph;
  /** Which weight a tensor of it holds, perhaps turned. */
  readonly origins: Map<string, string>;
  /** Nodes that apply one of the weights that may be quantized, in the order in which they run. */
  readonly nodes: readonly WeightedNode[];
}

/**
 * Opens a graph for rewriting. Of tables that are the same, one stays.
 * @param kept weights that stay as they are
 */
export async function weightedGraph(
  config: OnnxGraphConfig,
  kept: ReadonlySet<string> = new Set(),
): Promise<WeightedGraph> {
  const { graph: read, proto, weights } = openedGraph(config);
  const graph = new EditableGraph(inlineGraph(proto, read));
  // Files of old versions list numbers of the graph among its inputs.
  graph.inputs = graph.inputs.filter(({ name }) => !read.tensors.has(name!));
  const origins = new Map([...weights.parameters, ...weights.buffers].map(({ name }) => [name, name]));
  for (const [name, { parameter, transposed }] of weights.tied) {
    const type = graph.tensors.get(name)?.type;
    if (type === undefined || type !== graph.tensors.get(parameter)?.type) continue;
    graph.tensors.delete(name);
    const node = transposed
      ? nodeProto('Transpose', [parameter], name, { perm: [1, 0] })
      : nodeProto('Identity', [parameter], name);
    graph.nodes.unshift(node);
  }
  // A weight comes to stand where it is used; all else stays to be computed as it was.
  const folds = (node: onnx.INodeProto) => {
    const origin = origins.get(node.input?.[0] ?? '');
    return rearranges(node) && origin !== undefined && !kept.has(origin);
  };
  await keepingValues(graph, config, () => foldConstants(graph, origins, folds));
  const nodes = weightedNodes(graph, origins).filter(({ weight }) => !kept.has(weight));
  return { graph, origins, nodes };
}

/** Drops what nothing depends on, and writes the rest as a model. @returns an encoded ModelProto */
export async function encodeRewritten(graph: EditableGraph, config: OnnxGraphConfig): Promise<Uint8Array> {
  await keepingValues(graph, config, async () => graph.prune());
  return graph.encode();
}

/** Changes a graph so that it takes what it took, and what is read inside of it can still be read. */
async function keepingValues(
  graph: EditableGraph,
  { answer, states, values = [] }: OnnxGraphConfig,
  change: () => Promise<void>,
): Promise<void> {
  const { inputs, outputs } = graph;
  const own = new Set(outputs.map(({ name }) => name));
  const inside = [answer, ...[...states, ...values].map(({ name }) => name)];
  graph.outputs = [...outputs, ...inside.filter((name) => !own.has(name)).map((name) => ({ name }))];
  await change();
  Object.assign(graph, { inputs, outputs });
}
