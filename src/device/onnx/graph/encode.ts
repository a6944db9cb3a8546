import onnxProto, { type onnx } from 'onnx-proto';
import type { Graph } from './graph.ts';
import { graphAttribute, nodeProto, tensorAttribute } from './node-proto.ts';
import { onnxType } from './record.ts';
import { type Constant, type GraphNode, type HostArray, sizeOf, type Value } from './value.ts';

// The package is CommonJS: its one export is found on the default import only.
const { ModelProto } = onnxProto.onnx;

/** Names by which a session's inputs and outputs are fed and fetched, in the order of the graph's lists. */
export const inputName = (index: number) => `i${index}`;
export const outputName = (index: number) => `o${index}`;

/** ONNX operator set and file version; ONNX Runtime 1.30 knows both. */
const operatorSet = 20;
const irVersion = 9;

/** Constants of one repeated number up to this many elements are written out; larger ones are made at start-up. */
const writtenOut = 64;

export interface ModelOptions {
  /** Leaves it to the runtime what shapes the outputs have, for a graph that asks just that. */
  readonly openShapes?: boolean;
}

/** Writes a graph as an ONNX model. */
export function encodeModel(graph: Graph, { openShapes = false }: ModelOptions = {}): Uint8Array {
  const names = new Map<Value, string>();
  const nodes: onnx.INodeProto[] = [];
  const initializer: onnx.ITensorProto[] = [];
  graph.inputs.forEach((value, index) => {
    names.set(value, inputName(index));
  });
  graph.constants.forEach((value, index) => {
    const name = `c${index}`;
    names.set(value, name);
    encodeConstant(name, value, initializer, nodes);
  });
  // An output that a node makes carries the output's name from the start; what is left over is copied by Identity.
  const copies: [Value, string][] = [];
  graph.outputs.forEach((value, index) => {
    if (names.has(value)) copies.push([value, outputName(index)]);
    else names.set(value, outputName(index));
  });
  let count = 0;
  const nameOf = (value: Value) => {
    let name = names.get(value);
    if (name === undefined) {
      name = `n${count++}`;
      names.set(value, name);
    }
    return name;
  };
  for (const node of graph.nodes) nodes.push(encodeNode(node, nameOf));
  for (const [value, name] of copies) nodes.push(nodeProto('Identity', [nameOf(value)], name));

  const output = graph.outputs.map((value, index) => valueInfo(outputName(index), value, openShapes));
  return ModelProto.encode({
    irVersion,
    opsetImport: [
      { domain: '', version: operatorSet },
      { domain: 'com.microsoft', version: 1 },
      { domain: 'com.microsoft.nchwc', version: 1 },
    ],
    graph: {
      name: 'graph',
      node: nodes,
      input: graph.inputs.map((value, index) => valueInfo(inputName(index), value)),
      output,
      initializer,
    },
  }).finish();
}

function encodeNode(node: GraphNode, nameOf: (value: Value) => string): onnx.INodeProto {
  const encoded = nodeProto(
    node.operator,
    node.inputs.map((operand) => (operand ? nameOf(operand) : '')),
    node.outputs.map(nameOf),
    node.attributes,
    node.domain,
  );
  if (node.body) {
    const { inputs, nodes, outputs } = node.body;
    const g: onnx.IGraphProto = {
      name: 'body',
      node: nodes.map((inner) => encodeNode(inner, nameOf)),
      input: inputs.map((value) => valueInfo(nameOf(value), value)),
      output: outputs.map((value) => valueInfo(nameOf(value), value)),
    };
    encoded.attribute!.push(graphAttribute('body', g));
  }
  return encoded;
}

function encodeConstant(
  name: string,
  value: Value,
  initializer: onnx.ITensorProto[],
  nodes: onnx.INodeProto[],
): void {
  const constant = value.constant!;
  if (constant.data.length === 1 && value.size > writtenOut) {
    const one = tensorProto(`${name}.number`, { data: constant.data }, [1], value);
    initializer.push(tensorProto(`${name}.shape`, { data: bigInts(value.shape) }, [value.rank], 'int64'));
    const repeated = nodeProto('ConstantOfShape', [`${name}.shape`], name);
    nodes.push({ ...repeated, attribute: [tensorAttribute('value', one)] });
    return;
  }
  initializer.push(tensorProto(name, { data: wholeData(value) }, value.shape, value));
}

/** The elements of a constant, repeated where it holds one number for all. */
export function wholeData(value: Value): HostArray {
  const { data } = value.constant!;
  const size = sizeOf(value.shape);
  if (data.length === size) return data;
  const whole = new (data.constructor as new (length: number) => HostArray)(size);
  return whole.fill(data[0] as never);
}

function bigInts(numbers: readonly number[]): BigInt64Array {
  return BigInt64Array.from(numbers, BigInt);
}

function tensorProto(
  name: string,
  { data }: Constant,
  dims: readonly number[],
  type: Value | 'int64',
): onnx.ITensorProto {
  return {
    name,
    dataType: onnxType(type === 'int64' ? type : type.type),
    dims: [...dims],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueInfo(name: string, value: Value, openShape = false): onnx.IValueInfoProto {
  const dim = value.shape.map((length) => ({ dimValue: length }));
  const shape = openShape ? undefined : { dim };
  return { name, type: { tensorType: { elemType: onnxType(value.type), ...(shape && { shape }) } } };
}
