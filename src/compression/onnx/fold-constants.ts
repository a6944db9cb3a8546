import type { onnx } from 'onnx-proto';
import { OrtSession } from '../../device/runtime/session.ts';
import { type EditableGraph, operandsOf } from './editable-graph.ts';

/** Small constants that these make large are better made by the runtime when it loads the model. */
const spreading = new Set(['ConstantOfShape', 'Expand', 'Tile', 'Range']);
const rearranging = new Set(['Transpose', 'Reshape', 'Identity']);

/** Everything but what would make a file larger. */
const unlessSpreading = ({ opType }: onnx.INodeProto): boolean => !spreading.has(opType!);

/** Whether a node leaves the numbers of a weight what they are. */
export const rearranges = ({ opType }: onnx.INodeProto): boolean => rearranging.has(opType!);

/**
 * Computes everything in a graph that follows from its tensors alone: weights come to stand where they are used.
 * @param origins weights by tensor; a weight that was only rearranged is entered under its new name.
 * @param folds which nodes may be computed, if they follow from tensors alone
 */
export async function foldConstants(
  graph: EditableGraph,
  origins: Map<string, string>,
  folds: (node: onnx.INodeProto) => boolean = unlessSpreading,
): Promise<void> {
  const constant = new Set(graph.tensors.keys());
  const folded: onnx.INodeProto[] = [];
  const rest: onnx.INodeProto[] = [];
  for (const node of graph.nodes) {
    const operands = operandsOf(node);
    if (!folds(node) || operands.some((name) => !constant.has(name))) {
      rest.push(node);
      continue;
    }
    folded.push(node);
    for (const name of node.output!) constant.add(name);
    const origin = origins.get(operands[0]!);
    if (origin !== undefined && rearranges(node)) origins.set(node.output![0]!, origin);
  }
  const made = new Set(folded.flatMap(({ output }) => output!));
  const wanted = new Set([
    ...rest.flatMap(operandsOf).filter((name) => made.has(name)),
    ...graph.outputs.map(({ name }) => name!).filter((name) => made.has(name)),
  ]);
  if (wanted.size > 0) {
    const values = await compute(graph, folded, [...wanted]);
    for (const [name, { type, dims, data }] of values)
      graph.setTensor(name, type as 'float32', dims, data as Float32Array);
  }
  graph.nodes = rest;
  graph.prune();
}

async function compute(graph: EditableGraph, nodes: onnx.INodeProto[], wanted: readonly string[]) {
  const { nodes: allNodes, inputs, outputs } = graph;
  Object.assign(graph, { nodes, inputs: [], outputs: wanted.map((name) => ({ name })) });
  try {
    const session = await OrtSession.create(graph.encode(), { logSeverityLevel: 3 });
    try {
      const results = await session.run({});
      return Object.entries(results).map(
        ([name, value]) =>
          [name, { type: value.type, dims: value.dims, data: value.data.slice() as unknown }] as const,
      );
    } finally {
      await session.release();
    }
  } finally {
    Object.assign(graph, { nodes: allNodes, inputs, outputs });
  }
}
