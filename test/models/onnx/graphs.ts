import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto, { type onnx } from 'onnx-proto';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;

/** ONNX's numbers of types. */
export const types = TensorProto.DataType;

export type Dimension = number | string;

export const valueInfo = (
  name: string,
  elemType: number,
  shape: readonly Dimension[],
): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: {
        dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
      },
    },
  },
});

export const floats = (
  name: string,
  dims: readonly number[],
  values?: readonly number[],
): onnx.ITensorProto => {
  const size = dims.reduce((product, axis) => product * axis, 1);
  const data = Float32Array.from(
    values ?? Array.from({ length: size }, (_, at) => Math.sin(at + name.length)),
  );
  return { name, dims: [...dims], dataType: types.FLOAT, rawData: new Uint8Array(data.buffer) };
};

export interface WrittenGraph {
  readonly nodes: onnx.INodeProto[];
  readonly inputs: onnx.IValueInfoProto[];
  readonly outputs: onnx.IValueInfoProto[];
  readonly initializer: onnx.ITensorProto[];
}

/** A model by hand with odd names: it looks tokens up, takes their mean, and scores three classes. */
export function oddGraph(): WrittenGraph {
  return {
    nodes: [
      nodeProto('Gather', ['Ünïcode table/0', 'tok:0'], 'a b'),
      nodeProto('ReduceMean', ['a b'], '$mean', { axes: [1], keepdims: 0 }),
      nodeProto('Gemm', ['$mean', 'W*', 'β'], 'Ergebnis', { transB: 1 }),
    ],
    inputs: [valueInfo('tok:0', types.INT32, ['n', 'l'])],
    outputs: [valueInfo('Ergebnis', types.FLOAT, ['n', 3])],
    initializer: [floats('Ünïcode table/0', [9, 4]), floats('W*', [3, 4]), floats('β', [3])],
  };
}

export function encoded(
  { nodes, inputs, outputs, initializer }: WrittenGraph,
  opsets: readonly onnx.IOperatorSetIdProto[] = [{ domain: '', version: 13 }],
): Uint8Array {
  return ModelProto.encode({
    irVersion: 8,
    opsetImport: [...opsets],
    graph: { name: 'graph', node: nodes, input: inputs, output: outputs, initializer },
  }).finish();
}

/** Writes a graph into a folder. @returns its path */
export function writeGraph(folder: string, bytes: Uint8Array, name = 'model.onnx'): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}
