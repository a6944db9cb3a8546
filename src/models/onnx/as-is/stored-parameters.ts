import onnxProto from 'onnx-proto';
import type { Graph, GraphNode } from '../graph.ts';
import { fewerBits } from '../reading/tensor-data.ts';
import type { GraphWeights } from '../weights.ts';
import { byteWeights } from './byte-weights.ts';

// The package is CommonJS: its one export is found on the default import only.
const { DataType } = onnxProto.onnx.TensorProto;
/** Types of quantized weights, and of biases beside them. Whole numbers of 64 bits are places and shapes. */
const inFewBits = new Set<number>([
  DataType.INT8,
  DataType.UINT8,
  DataType.INT16,
  DataType.UINT16,
  DataType.INT32,
  ...fewerBits,
]);

/** Operands that hold whole numbers in the place of float weights, by operator. */
const quantizedOperands: Readonly<Record<string, readonly number[]>> = {
  DequantizeLinear: [0],
  // A table is looked up first and made floats afterwards.
  Gather: [0],
  MatMulInteger: [0, 1],
  ConvInteger: [1],
  QLinearMatMul: [0, 3],
  QLinearConv: [3, 8],
  DynamicQuantizeMatMul: [1],
  MatMulIntegerToFloat: [0, 1],
  QGemm: [3],
  QAttention: [1],
  DynamicQuantizeLSTM: [1, 2],
  QEmbedLayerNormalization: [2, 3, 4],
};

/** Operands that hold scales, by operator. */
const scaleOperands: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [1],
  DequantizeLinear: [1],
  MatMulNBits: [2],
  GatherBlockQuantized: [2],
  QLinearMatMul: [1, 4, 6],
  QLinearConv: [1, 4, 6],
  MatMulIntegerToFloat: [2, 3],
  DynamicQuantizeMatMul: [2],
};

/**
 * Numbers in all weights of a graph, in floats or quantized: what it had before it was quantized. Scales and zero points
 * do not count. A table that also predicts tokens counts twice where only one of its two uses was quantized.
 */
export function storedParameters(graph: Graph, { parameters }: GraphWeights): number {
  const bytes = byteWeights(graph);
  const scales = new Set([...graph.nodes.flatMap(scalesOf), ...bytes.map(({ scale }) => scale)]);
  const dynamic = new Set(
    graph.nodes.flatMap(({ operator, outputs }) =>
      operator === 'DynamicQuantizeLinear' ? [outputs[1]!] : [],
    ),
  );
  // The scale of the input times that of the weights.
  for (const { operator, inputs } of graph.nodes)
    if (operator === 'Mul' && inputs.some((name) => dynamic.has(name)))
      for (const name of inputs) scales.add(name);
  let count = 0;
  for (const { name, data } of parameters) if (!scales.has(name)) count += data.length;
  const seen = new Set(bytes.map(({ tensor }) => tensor.name));
  for (const name of seen) count += graph.tensors.get(name)!.data.length;
  for (const node of graph.nodes) {
    for (const operand of quantizedOperands[node.operator] ?? []) {
      const name = node.inputs[operand] ?? '';
      const tensor = graph.tensors.get(name);
      if (!tensor || seen.has(name) || !inFewBits.has(tensor.stored)) continue;
      seen.add(name);
      count += tensor.data.length;
    }
    const packed = packedWeights(node, graph);
    if (!packed || seen.has(packed.name)) continue;
    seen.add(packed.name);
    count += packed.count;
  }
  return count;
}

/** Weights of which several lie in one byte. */
function packedWeights({ operator, inputs, attributes }: GraphNode, { tensors }: Graph) {
  if (operator === 'MatMulNBits' && tensors.has(inputs[1]!))
    return { name: inputs[1]!, count: Number(attributes.get('K')) * Number(attributes.get('N')) };
  const table = operator === 'GatherBlockQuantized' ? tensors.get(inputs[0]!) : undefined;
  if (!table) return undefined;
  const perNumber = table.stored === DataType.UINT8 ? 8 / Number(attributes.get('bits') ?? 4) : 1;
  return { name: table.name, count: table.data.length * perNumber };
}

/** Floats that only say what a whole number stands for. */
const scalesOf = ({ operator, inputs }: GraphNode): readonly string[] =>
  (scaleOperands[operator] ?? []).map((operand) => inputs[operand] ?? '');
