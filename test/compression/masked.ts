import onnxProto, { type onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const { ModelProto, TensorProto } = onnxProto.onnx;

const floatsOf = ({ rawData }: onnx.ITensorProto) => new Float32Array(Uint8Array.from(rawData!).buffer);

/** Numbers of a file's tensors, each with the shape it has there. */
export const tensorsOf = (bytes: Uint8Array): Map<string, { shape: number[]; data: Float32Array }> =>
  new Map(
    ModelProto.decode(bytes)
      .graph!.initializer!.filter(({ dataType }) => dataType === TensorProto.DataType.FLOAT)
      .map((tensor) => [tensor.name!, { shape: tensor.dims!.map(Number), data: floatsOf(tensor) }]),
  );

/**
 * The whole graph with zeros where a pruned one has nothing any more: in every matrix and kernel, numbers that the smaller
 * one lacks. They are told by their values, of which hardly any is there twice.
 * @returns the graph, and how many numbers became zero
 */
export function masked(whole: Uint8Array, pruned: Uint8Array): { bytes: Uint8Array; zeros: number } {
  const model = ModelProto.decode(whole);
  const left = tensorsOf(pruned);
  let zeros = 0;
  const initializer = model.graph!.initializer!.map((tensor) => {
    const smaller = left.get(tensor.name!);
    if (!smaller || tensor.dims!.length < 2) return tensor;
    const data = floatsOf(tensor);
    if (smaller.data.length === data.length) return tensor;
    const kept = new Set(smaller.data);
    const values = data.map((value) => (kept.has(value) ? value : 0));
    zeros += values.filter((value) => value === 0).length;
    return { ...tensor, rawData: new Uint8Array(values.buffer) };
  });
  return { bytes: ModelProto.encode({ ...model, graph: { ...model.graph, initializer } }).finish(), zeros };
}

export interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What a file answers by ONNX Runtime, asked without anything of ours. */
export async function answered(
  model: Uint8Array,
  inputs: Readonly<Record<string, Given>>,
  output: string,
): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = session.inputMetadata.map((given): [string, Tensor] => {
    if (!given.isTensor) throw new Error(`${given.name} is no tensor`);
    const { shape, data } = inputs[given.name] ?? otherwise(given, inputs);
    return [
      given.name,
      given.type === 'int64'
        ? new Tensor('int64', BigInt64Array.from(data, BigInt), [...shape])
        : new Tensor('float32', Float32Array.from(data), [...shape]),
    ];
  });
  const results = await session.run(Object.fromEntries(feeds), [output]);
  await session.release();
  return results[output]!.data as Float32Array;
}

/** Texts are of one kind, caches of keys and values are empty, and an image may be called anything. */
function otherwise(
  { type, shape }: Extract<InferenceSession['inputMetadata'][number], { isTensor: true }>,
  { input_ids: ids, pixel_values: pixels }: Readonly<Record<string, Given>>,
): Given {
  if (pixels) return pixels;
  if (type === 'int64') return { shape: ids!.shape, data: ids!.data.map(() => 0) };
  const [batch] = ids!.shape;
  return {
    shape: shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? batch! : 0)),
    data: [],
  };
}
