import type { onnx } from 'onnx-proto';
import { numberAttribute } from '../../device/onnx/graph/node-proto.ts';
import { transposed } from '../../models/stored/transposed.ts';
import type { EditableGraph } from './editable-graph.ts';

/** A node that applies a weight, in a form that can be quantized. */
export interface WeightedNode {
  readonly node: onnx.INodeProto;
  readonly kind: 'product' | 'convolution' | 'lookup';
  /** Name of the weight in its checkpoint; a table that both embeds and predicts is used by two nodes. */
  readonly weight: string;
  /** Names this use of the weight, the same for every shape of the inputs. */
  readonly use: string;
  /** Name of the tensor in the graph. */
  readonly tensor: string;
  /** Outputs: rows of the matrix below. */
  readonly rows: number;
  /** The weight with a row per output: outputs × inputs, outputs × (inputs · height · width), entries × size. */
  readonly matrix: Float32Array;
}

/** The nodes of a graph that apply a weight to something, in the order in which they run. */
export function weightedNodes(graph: EditableGraph, origins: ReadonlyMap<string, string>): WeightedNode[] {
  const found: WeightedNode[] = [];
  const times = new Map<string, number>();
  for (const node of graph.nodes) {
    const part = weightOf(graph, node);
    const weight = part && origins.get(part.tensor);
    if (!part || weight === undefined) continue;
    const time = (times.get(weight) ?? 0) + 1;
    times.set(weight, time);
    const { kind, tensor, rows } = part;
    found.push({
      node,
      weight,
      use: `${weight}@${time}`,
      kind,
      tensor,
      rows,
      // Only when it is quantized: to turn all of them takes seconds where a model is large.
      get matrix() {
        return part.matrix();
      },
    });
  }
  return found;
}

type Part = Pick<WeightedNode, 'kind' | 'tensor' | 'rows'> & { readonly matrix: () => Float32Array };

function weightOf(graph: EditableGraph, node: onnx.INodeProto): Part | undefined {
  if (node.domain && node.domain !== 'ai.onnx') return undefined;
  const [first, second] = node.input!;
  const matrixTensor = (name: string | undefined, rank: number) => {
    const tensor = name === undefined ? undefined : graph.tensors.get(name);
    return tensor?.type === 'float32' && tensor.shape.length === rank ? tensor : undefined;
  };
  switch (node.opType) {
    case 'Conv': {
      const tensor = matrixTensor(second, 4);
      if (!tensor || numberAttribute(node, 'group', 1) !== 1) return undefined;
      return {
        kind: 'convolution',
        tensor: second!,
        rows: tensor.shape[0]!,
        matrix: () => graph.floats(second!),
      };
    }
    case 'Gather': {
      const tensor = matrixTensor(first, 2);
      if (!tensor || numberAttribute(node, 'axis', 0) !== 0) return undefined;
      return { kind: 'lookup', tensor: first!, rows: tensor.shape[0]!, matrix: () => graph.floats(first!) };
    }
    case 'Gemm':
    case 'MatMul': {
      const tensor = matrixTensor(second, 2);
      const plain = ['alpha', 'beta'].every((name) => numberAttribute(node, name, 1) === 1);
      if (!tensor || !plain || numberAttribute(node, 'transA', 0) !== 0) return undefined;
      const rowsFirst = numberAttribute(node, 'transB', 0) === 1;
      return {
        kind: 'product',
        tensor: second!,
        rows: tensor.shape[rowsFirst ? 0 : 1]!,
        matrix: () => {
          const values = graph.floats(second!);
          return rowsFirst ? values : transposed(values, tensor.shape[0]!, tensor.shape[1]!);
        },
      };
    }
    default:
      return undefined;
  }
}
