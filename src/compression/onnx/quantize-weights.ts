import type { onnx } from 'onnx-proto';
import { nodeProto, numberAttribute } from '../../device/onnx/graph/node-proto.ts';
import { floatsToHalves } from '../../models/checkpoint/half-precision.ts';
import { packNibbles } from '../../models/stored/nibbles.ts';
import { transposed } from '../../models/stored/transposed.ts';
import { quantizeGroups, quantizeRows } from '../quantization/rows.ts';
import { type EditableGraph, elementType } from './editable-graph.ts';
import type { WeightedNode } from './layers.ts';

/** Keeps weights as float16; they are made float32 when the model is loaded. */
export function halveWeights(graph: EditableGraph, origins: ReadonlyMap<string, string>): void {
  const casts: onnx.INodeProto[] = [];
  for (const [name, { type, shape }] of [...graph.tensors]) {
    if (type !== 'float32' || !origins.has(name)) continue;
    const half = graph.addShared(
      `${origins.get(name)}`,
      'float16',
      shape,
      floatsToHalves(graph.floats(name)),
    );
    graph.tensors.delete(name);
    casts.push(nodeProto('Cast', [half], name, { to: elementType.float32 }));
  }
  graph.nodes.unshift(...casts);
}

/**
 * A weight in 8 bits where the node computes in float. What the node reads follows from constants alone, so the runtime
 * makes it once, when it loads the model, and computes as fast as with floats.
 */
export function quantizeToBytes(graph: EditableGraph, applied: WeightedNode): void {
  const { kind, weight, matrix, rows, node, tensor } = applied;
  const { values, scales } = quantizeRows(matrix, rows);
  if (kind === 'lookup') {
    quantizedLookup(graph, applied, values, scales);
    return;
  }
  const { shape } = graph.tensors.get(tensor)!;
  const rowsFirst = kind === 'convolution' || numberAttribute(node, 'transB', 0) === 1;
  const width = values.length / rows;
  const [floats, product] = [graph.fresh(weight), graph.fresh(weight)];
  const weighted = (kernel: string) => ({
    ...node,
    input: [node.input![0]!, kernel, ...node.input!.slice(2)],
  });
  // A table that is looked up in too is stored once, with a row for each output.
  const table = rowsFirst ? undefined : graph.shared(weight, 'int8', [rows, width], values);
  if (table !== undefined) {
    const factor = graph.addShared(`${weight}.scale`, 'float32', [rows, 1], scales);
    const turned = graph.fresh(weight);
    graph.replace(
      node,
      nodeProto('Cast', [table], floats, { to: elementType.float32 }),
      nodeProto('Mul', [floats, factor], product),
      nodeProto('Transpose', [product], turned, { perm: [1, 0] }),
      weighted(turned),
    );
    return;
  }
  const outputs = rowsFirst ? 0 : 1;
  const bytes = rowsFirst ? values : transposed(values, rows, width);
  const scaleShape = shape.map((length, axis) => (axis === outputs ? length : 1));
  const stored = graph.addShared(weight, 'int8', shape, bytes);
  const factor = graph.addShared(`${weight}.scale`, 'float32', scaleShape, scales);
  graph.replace(
    node,
    nodeProto('Cast', [stored], floats, { to: elementType.float32 }),
    nodeProto('Mul', [floats, factor], product),
    weighted(product),
  );
}

/** A weight in 4 bits by groups where the node computes in float. Not for tables to look up in. */
export function quantizeToNibbles(graph: EditableGraph, weighted: WeightedNode, groupSize: number): void {
  const { kind, weight, matrix, rows, node, tensor } = weighted;
  const width = matrix.length / rows;
  const { values, scales } = quantizeGroups(matrix, rows, groupSize);
  const groups = Math.ceil(width / groupSize);
  if (kind === 'product') {
    const data = packNibbles(values, rows, groups * groupSize);
    blockedProduct(graph, weighted, groupSize, data, scales);
    return;
  }
  // The standard's own 4-bit numbers are signed, and rows follow each other without a gap.
  const packed = packNibbles(values, 1).map((byte) => byte ^ 0x88);
  const { shape } = graph.tensors.get(tensor)!;
  const [flat, kernel] = [graph.fresh(weight), graph.fresh(weight)];
  const operands = [
    graph.addShared(weight, 'int4', [rows, width], packed),
    graph.addShared(`${weight}.scale`, 'float32', [rows, groups], scales),
  ];
  graph.replace(
    node,
    nodeProto('DequantizeLinear', operands, flat, { axis: 1, block_size: groupSize }),
    nodeProto('Reshape', [flat, graph.addShared('shape', 'int64', [4], bigInts(shape))], kernel),
    { ...node, input: [node.input![0]!, kernel, ...node.input!.slice(2)] },
  );
}

/** x·W of weights of 4 bits in blocks by the runtime's own kernel, and the bias. */
function blockedProduct(
  graph: EditableGraph,
  { node, weight, matrix, rows }: WeightedNode,
  block: number,
  data: Uint8Array,
  scales: Float32Array,
): void {
  const [x, , bias] = node.input! as [string, string, string?];
  const width = matrix.length / rows;
  const blocks = Math.ceil(width / block);
  const operands = [
    x,
    graph.addShared(weight, 'uint8', [rows, blocks, block / 2], data),
    graph.addShared(`${weight}.scale`, 'float32', [rows * blocks], scales),
  ];
  const output = node.output![0]!;
  const product = bias ? graph.fresh(weight) : output;
  const attributes = { K: width, N: rows, bits: 4, block_size: block };
  graph.replace(
    node,
    nodeProto('MatMulNBits', operands, product, attributes, 'com.microsoft'),
    ...(bias ? [nodeProto('Add', [product, bias], output)] : []),
  );
}

/** Rows of bytes, and the scale of each. */
function quantizedLookup(
  graph: EditableGraph,
  { node, weight, tensor, rows }: WeightedNode,
  values: Int8Array,
  scales: Float32Array,
): void {
  const [bytes, floats, factors] = [graph.fresh(weight), graph.fresh(weight), graph.fresh(weight)];
  const table = graph.addShared(weight, 'int8', graph.tensors.get(tensor)!.shape, values);
  const factor = graph.addShared(`${weight}.scale`, 'float32', [rows, 1], scales);
  const indices = node.input![1]!;
  graph.replace(
    node,
    nodeProto('Gather', [table, indices], bytes, { axis: 0 }),
    nodeProto('Cast', [bytes], floats, { to: elementType.float32 }),
    nodeProto('Gather', [factor, indices], factors, { axis: 0 }),
    nodeProto('Mul', [floats, factors], node.output![0]!),
  );
}

const bigInts = (numbers: readonly number[]) => BigInt64Array.from(numbers, BigInt);
