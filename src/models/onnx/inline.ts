import onnxProto, { type onnx } from 'onnx-proto';
import type { Graph } from './graph.ts';
import { floatBytes, rawBytes } from './reading/tensor-data.ts';

// The package is CommonJS: its one export is found on the default import only.
const { ModelProto } = onnxProto.onnx;

/**
 * A model as one file, with other numbers in some of its tensors.
 * @param values by name, row-major; they are stored in the type they had
 * @param outputs further values to answer with
 */
export function encodeGraph(
  proto: onnx.IModelProto,
  graph: Graph,
  values: ReadonlyMap<string, Float32Array> = new Map(),
  outputs: readonly string[] = [],
): Uint8Array {
  const own = withValues(proto, graph, values);
  const known = new Set((proto.graph?.output ?? []).map(({ name }) => name));
  const output = [
    ...(proto.graph?.output ?? []),
    ...outputs.filter((name) => !known.has(name)).map((name) => ({ name })),
  ];
  return ModelProto.encode({ ...own, graph: { ...own.graph, output } }).finish();
}

/** A model with other numbers in some of its tensors, by name, row-major; none lie in another file. */
export function withValues(
  proto: onnx.IModelProto,
  graph: Graph,
  values: ReadonlyMap<string, Float32Array>,
): onnx.IModelProto {
  const initializer = (proto.graph?.initializer ?? []).map((tensor) => {
    const numbers = values.get(tensor.name ?? '');
    if (!numbers) return tensor.dataLocation ? inlined(tensor, graph) : tensor;
    const { name, dims, dataType, docString } = tensor;
    return { name, dims, dataType, ...(docString && { docString }), rawData: floatBytes(numbers, dataType!) };
  });
  return { ...proto, graph: { ...proto.graph, initializer } };
}

/** A model in which all numbers lie as raw bytes, none of them in another file; nothing else is changed. */
export function inlineGraph(proto: onnx.IModelProto, graph: Graph): onnx.IModelProto {
  const initializer = (proto.graph?.initializer ?? []).map((tensor) =>
    tensor.rawData && tensor.rawData.length > 0 && !tensor.dataLocation ? tensor : inlined(tensor, graph),
  );
  return { ...proto, graph: { ...proto.graph, initializer } };
}

function inlined({ name, dims, dataType, docString }: onnx.ITensorProto, graph: Graph): onnx.ITensorProto {
  const { data, stored } = graph.tensors.get(name ?? '')!;
  return { name, dims, dataType, ...(docString && { docString }), rawData: rawBytes(data, stored) };
}
