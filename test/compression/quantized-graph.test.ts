import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { quantizeGroups, quantizeRows } from '../../src/compression/quantization/rows.ts';
import { type Quantization, quantizeModel, saveQuantized } from '../../src/compression/quantize.ts';
import { copyOf } from '../../src/compression/structured/prune-units.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import {
  type QuantizeConfig,
  quantize as quantizeRecord,
} from '../../src/experiment/strategies/quantize/record.ts';
import { floatsToHalves, halvesToFloats } from '../../src/models/checkpoint/half-precision.ts';
import type { Model } from '../../src/models/model.ts';
import { dequantizeGroups, dequantizeRows } from '../../src/models/stored/dequantize.ts';
import { transposed } from '../../src/models/stored/transposed.ts';
import {
  architectures,
  change,
  cpu,
  inputsOf,
  logitsOf,
  relativeError,
  splitOf,
  tinyModel,
} from './models.ts';

const device = await cpu();

async function quantized(
  architecture: string,
  options: Partial<QuantizeConfig>,
): Promise<{ model: Model; quantization: Quantization }> {
  const model = await tinyModel(architecture);
  const config = quantizeRecord.schema.parse({
    kind: 'quantize',
    groupSize: 16,
    percentile: 100,
    ...options,
  });
  return { model, quantization: await quantizeModel({ device, model, config, train: splitOf(model) }) };
}

/** The same model with the quantized weights as floats: what the graph must compute if its weights are right. */
async function dequantizedModel({ model, weights, config }: Quantization): Promise<Model> {
  const copy = await copyOf(model);
  if (config.scheme === 'float16') {
    for (const variable of [...copy.parameters.values(), ...copy.buffers.values()])
      await change(variable, (value) => halvesToFloats(floatsToHalves(Float32Array.of(value)))[0]!);
    return copy;
  }
  for (const { name, bits, outputAxis } of weights) {
    const variable = copy.parameters.get(name)!;
    const data = (await variable.data()) as Float32Array;
    // In memory, kernels of convolutions have their outputs last.
    const last = variable.shape.length === 4 || outputAxis === 1;
    const outputs = last ? variable.shape.at(-1)! : variable.shape[0]!;
    const inputs = data.length / outputs;
    const rows = last ? transposed(data, inputs, outputs) : data;
    const back =
      bits === 8
        ? dequantizeRows(quantizeRows(rows, outputs))
        : variable.shape.length === 4
          ? groupsOfKernel(rows, outputs, variable.shape, config.groupSize)
          : dequantizeGroups(quantizeGroups(rows, outputs, config.groupSize), outputs);
    const values = last ? transposed(back, outputs, inputs) : back;
    await change(variable, (_value, at) => values[at]!);
  }
  return copy;
}

/** Groups go over a kernel as checkpoints have it, inputs before places. */
function groupsOfKernel(
  rows: Float32Array,
  outputs: number,
  shape: readonly number[],
  size: number,
): Float32Array {
  const [places, inputs] = [shape[0]! * shape[1]!, shape[2]!];
  const width = places * inputs;
  const stored = Float32Array.from(rows, (_, at) => {
    const within = at % width;
    return rows[at - within + (within % places) * inputs + Math.floor(within / places)]!;
  });
  const back = dequantizeGroups(quantizeGroups(stored, outputs, size), outputs);
  return Float32Array.from(rows, (_, at) => {
    const within = at % width;
    return back[at - within + (within % inputs) * places + Math.floor(within / inputs)]!;
  });
}

for (const architecture of architectures)
  for (const scheme of ['float16', 'int8-weights', 'int4-weights'] as const)
    test(`${architecture}, ${scheme}: the graph computes with the dequantized weights`, async () => {
      const { model, quantization } = await quantized(architecture, { scheme });
      const inputs = inputsOf(model);
      const expected = await logitsOf(device, await dequantizedModel(quantization), inputs);
      const found = await logitsOf(quantization.device, model, inputs);
      assert.ok(relativeError(found, expected) < 1e-5, `off by ${relativeError(found, expected)}`);
      assert.ok(relativeError(found, await logitsOf(device, model, inputs)) > 1e-7, 'nothing was quantized');
    });

for (const architecture of architectures)
  test(`${architecture}, int8: integers stay near the float model`, async () => {
    const { model, quantization } = await quantized(architecture, { scheme: 'int8' });
    const inputs = inputsOf(model);
    const error = relativeError(
      await logitsOf(quantization.device, model, inputs),
      await logitsOf(device, model, inputs),
    );
    assert.ok(error > 1e-6 && error < 0.06, `off by ${error}`);
  });

test('with 8 bits the runtime really computes in integers', async () => {
  const { quantization } = await quantized('cnn', { scheme: 'int8' });
  const directory = await mkdtemp(join(tmpdir(), 'distillery-onnx-'));
  after(() => rm(directory, { recursive: true, force: true }));
  await saveQuantized(quantization, { classNames: [] } as unknown as Dataset, join(directory, 'student'));
  const optimizedModelFilePath = join(directory, 'optimized.onnx');
  const session = await InferenceSession.create(join(directory, 'student', 'model.onnx'), {
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath,
    logSeverityLevel: 3,
  });
  await session.release();
  const { graph } = onnxProto.onnx.ModelProto.decode(await readFile(optimizedModelFilePath));
  const operators = graph!.node!.map(({ opType }) => opType);
  for (const integer of ['QLinearConv', 'QGemm'])
    assert.equal(operators.filter((operator) => operator === integer).length, 2, operators.join(' '));
  for (const float of ['Conv', 'Gemm', 'MatMul', 'FusedConv']) assert.ok(!operators.includes(float), float);
});

test('the exported graph runs by itself, under the names of the model', async () => {
  const { model, quantization } = await quantized('gpt2', { scheme: 'int4-weights' });
  const directory = await mkdtemp(join(tmpdir(), 'distillery-onnx-'));
  after(() => rm(directory, { recursive: true, force: true }));
  const { onnxBytes } = await saveQuantized(
    quantization,
    { classNames: [] } as unknown as Dataset,
    directory,
  );
  const file = await readFile(join(directory, 'model.onnx'));
  assert.equal(file.length, onnxBytes);
  const session = await InferenceSession.create(file);
  const { ids } = inputsOf(model, 1);
  assert.deepEqual(session.inputNames, ['ids']);
  const { logits } = await session.run({ ids: new Tensor('int32', ids!.data as Int32Array, ids!.shape) });
  const expected = await logitsOf(quantization.device, model, inputsOf(model, 1));
  assert.ok(relativeError(logits!.data as Float32Array, expected) < 1e-6);
  await session.release();
});

test('first and last layers stay float where the experiment says so', async () => {
  const { quantization } = await quantized('mlp', { keepEnds: true });
  assert.deepEqual(
    quantization.weights.map(({ name }) => name),
    ['layers.1.weight'],
  );
  assert.ok(quantization.floatWeights.includes('layers.0.weight'));
  assert.ok(quantization.floatWeights.includes('classifier.weight'));
});
