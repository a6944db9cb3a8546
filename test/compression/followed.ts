import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import onnxProto, { type onnx } from 'onnx-proto';
import { pruneUnits } from '../../src/compression/structured/prune-units.ts';
import { nodeProto } from '../../src/device/onnx/graph/node-proto.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { temporaryDirectory } from '../data/idx-files.ts';
import { assertClose } from '../models/backend.ts';
import { encoded, floats, types, valueInfo, writeGraph } from '../models/onnx/graphs.ts';
import { answered, masked } from './masked.ts';

export const integers = (name: string, values: readonly number[]): onnx.ITensorProto => ({
  name,
  dims: [values.length],
  dataType: types.INT64,
  int64Data: [...values],
});
export const place = (name: string, value: number): onnx.ITensorProto => ({
  ...integers(name, [value]),
  dims: [],
});
export const node = nodeProto;
export const conv = (from: string, weight: string, to: string, attributes = {}) =>
  node('Conv', [from, weight, `${weight}.bias`], to, attributes);
export const kernel = (name: string, shape: readonly [number, number, number, number]) => [
  floats(name, shape),
  floats(`${name}.bias`, [shape[0]]),
];
/** Maps to scores: their mean, and a weight. */
export const head = (from: string) => [
  node('GlobalAveragePool', [from], 'pooled'),
  node('Flatten', ['pooled'], 'flat', { axis: 1 }),
  node('Gemm', ['flat', 'classifier', 'classifier.bias'], 'logits', { transB: 1 }),
];
export const classifier = (width: number) => [
  floats('classifier', [3, width]),
  floats('classifier.bias', [3]),
];
export const [channels, size] = [2, 4];

export interface Case {
  readonly nodes: readonly onnx.INodeProto[];
  readonly initializer: readonly onnx.ITensorProto[];
}

export const written = (context: TestContext, { nodes, initializer }: Case) => {
  const inputs = [valueInfo('pixel_values', types.FLOAT, ['n', channels, size, size])];
  const outputs = [valueInfo('logits', types.FLOAT, ['n', 3])];
  const bytes = encoded({ nodes: [...nodes], initializer: [...initializer], inputs, outputs });
  return writeGraph(temporaryDirectory(context), bytes);
};

/** Takes half away, and holds what is left against the whole graph with zeros. */
export async function halved(context: TestContext, graph: Case) {
  const file = written(context, graph);
  const folder = temporaryDirectory(context);
  await saveModel(await pruneUnits(await loadModel(file), { sparsity: 0.5, norm: 'l1' }), folder);
  const [whole, smaller] = [file, join(folder, 'model.onnx')].map((one) => readFileSync(one));
  const { bytes, zeros } = masked(whole!, smaller!);
  assert.ok(zeros > 0);
  const shape = [2, channels, size, size];
  const data = Array.from({ length: 2 * channels * size * size }, (_, at) => Math.cos(at * at));
  const inputs = { pixel_values: { shape, data } };
  const found = await answered(smaller!, inputs, 'logits');
  assertClose(found, await answered(bytes, inputs, 'logits'), 1e-5, 'logits');
  const made = onnxProto.onnx.ModelProto.decode(smaller!).graph!;
  const shapes = Object.fromEntries(made.initializer!.map(({ name, dims }) => [name!, dims!.map(Number)]));
  return { shapes, nodes: made.node! };
}

export const refusal = async (context: TestContext, graph: Case): Promise<string> => {
  const model = await loadModel(written(context, graph));
  const error = await pruneUnits(model, { sparsity: 0.5, norm: 'l1' }).then(
    () => assert.fail(),
    (error) => error,
  );
  return error.message.replace(/^.* from \S+: /, '');
};
