import onnxProto, { type onnx } from 'onnx-proto';
import type { Graph } from './graph.ts';
import { floatBytes } from './reading/tensor-data.ts';

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
  const initializer = (proto.graph?.initializer ?? []).map((tensor) => {
    const { name, kind, stored, data } = graph.tensors.get(tensor.name ?? '')!;
    const numbers =
      values.get(name) ?? (tensor.dataLocation && kind === 'float' ? (data as Float32Array) : undefined);
    if (!numbers) return tensor;
    const { dims, dataType, docString } = tensor;
    return { name, dims, dataType, docString, rawData: floatBytes(numbers, stored) };
  });
  const known = new Set((proto.graph?.output ?? []).map(({ name }) => name));
  const output = [
    ...(proto.graph?.output ?? []),
    ...outputs.filter((name) => !known.has(name)).map((name) => ({ name })),
  ];
  return ModelProto.encode({ ...proto, graph: { ...proto.graph, initializer, output } }).finish();
}
