import onnxProto from 'onnx-proto';
import type { Graph, GraphNode, GraphTensor } from '../graph.ts';

// The package is CommonJS: its one export is found on the default import only.
const { DataType } = onnxProto.onnx.TensorProto;

/** A weight that is stored as whole numbers q and made floats by w = scale · q where it is used. */
export interface ByteWeight {
  readonly tensor: GraphTensor;
  /** Name of the tensor with the scales. */
  readonly scale: string;
  /** Where it becomes floats. */
  readonly node: GraphNode;
}

/** Weights of eight bits that are cast and multiplied, perhaps after rows of them were looked up. */
export function byteWeights({ nodes, tensors }: Graph): ByteWeight[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const source = (name: string) => {
    const maker = makers.get(name);
    return maker?.operator === 'Gather' ? maker.inputs[0]! : name;
  };
  return nodes.flatMap(({ operator, inputs }) => {
    const cast = operator === 'Mul' ? makers.get(inputs[0]!) : undefined;
    if (cast?.operator !== 'Cast') return [];
    const tensor = tensors.get(source(cast.inputs[0]!));
    const scale = tensors.get(source(inputs[1]!));
    const isWeight = tensor?.stored === DataType.INT8 && tensor.shape.length >= 2;
    return isWeight && scale?.kind === 'float' ? [{ tensor, scale: scale.name, node: cast }] : [];
  });
}
