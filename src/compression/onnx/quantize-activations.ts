import { nodeProto, numberAttribute } from '../../device/onnx/graph/node-proto.ts';
import { transposed } from '../../models/stored/transposed.ts';
import { type ActivationScale, activationScale } from '../quantization/activations.ts';
import { quantizeRows, roundHalfToEven } from '../quantization/rows.ts';
import type { EditableGraph } from './editable-graph.ts';
import type { WeightedNode } from './layers.ts';

/** The ranges that what goes into and comes out of each weighted node took on training samples, by its `use`. */
export type ActivationRanges = ReadonlyMap<
  string,
  { readonly input: readonly [number, number]; readonly output: readonly [number, number] }
>;

/**
 * Puts quantization and its inverse around the operands and the result of a product or convolution. The runtime
 * recognises the pattern and computes the node in integers (QDQ format of ONNX Runtime).
 */
export function quantizeActivations(
  graph: EditableGraph,
  { node, kind, weight, use, matrix, rows, tensor }: WeightedNode,
  ranges: ActivationRanges,
): void {
  const range = ranges.get(use);
  if (!range) throw new Error(`The activations of ${use} have not been measured.`);
  const [x, , bias] = node.input! as [string, string, string?];
  const input = activationScale(...range.input);
  const { values, scales } = quantizeRows(matrix, rows);
  // A table that is looked up in too is stored once, with a row for each output.
  const table = graph.shared(weight, 'int8', [rows, values.length / rows], values);
  const rowsFirst = kind === 'convolution' || numberAttribute(node, 'transB', 0) === 1;
  const { shape } = graph.tensors.get(tensor)!;
  const data = rowsFirst ? values : transposed(values, rows, values.length / rows);
  const dequantized = graph.fresh(weight);
  const made = graph.fresh(use);
  const turned = !rowsFirst && table !== undefined ? graph.fresh(weight) : undefined;
  const operands = [
    turned ?? graph.addShared(weight, 'int8', shape, data),
    graph.addShared(`${weight}.scale`, 'float32', [rows], scales),
    graph.addShared(`${weight}.zero`, 'int8', [rows], new Int8Array(rows)),
  ];
  const quantizedInput = roundTrip(graph, x, input);
  const replaced = [
    ...(turned === undefined ? [] : [nodeProto('Transpose', [table!], turned, { perm: [1, 0] })]),
    ...quantizedInput.nodes,
    nodeProto('DequantizeLinear', operands, dequantized, { axis: rowsFirst ? 0 : 1 }),
  ];
  const inputs = [quantizedInput.output, dequantized];
  if (bias) {
    const steps = scales.map((scale) => Math.fround(scale * input.scale));
    const whole = Int32Array.from(graph.floats(bias), (value, at) =>
      Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, roundHalfToEven(value / steps[at]!))),
    );
    const name = graph.fresh(`${weight}.bias`);
    replaced.push(
      nodeProto(
        'DequantizeLinear',
        [
          graph.addTensor(`${weight}.bias`, 'int32', [rows], whole),
          graph.addTensor(`${weight}.bias.scale`, 'float32', [rows], steps),
        ],
        name,
        { axis: 0 },
      ),
    );
    inputs.push(name);
  }
  replaced.push({ ...node, input: inputs, output: [made] });
  const quantizedOutput = roundTrip(graph, made, activationScale(...range.output), node.output![0]!);
  replaced.push(...quantizedOutput.nodes);
  graph.replace(node, ...replaced);
}

/** Quantizes a value and turns it back: what follows sees whole steps of the scale. */
function roundTrip(
  graph: EditableGraph,
  value: string,
  { scale, zeroPoint }: ActivationScale,
  output = graph.fresh(value),
) {
  const parameters = [
    graph.addTensor(`${value}.scale`, 'float32', [], Float32Array.of(scale)),
    graph.addTensor(`${value}.zero`, 'uint8', [], Uint8Array.of(zeroPoint)),
  ];
  const quantized = graph.fresh(value);
  const nodes = [
    nodeProto('QuantizeLinear', [value, ...parameters], quantized),
    nodeProto('DequantizeLinear', [quantized, ...parameters], output),
  ];
  return { nodes, output };
}
