import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import onnxProto, { type onnx } from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { quantizeGraphModel } from '../../src/compression/graphs/quantize-graph.ts';
import { nodeProto } from '../../src/device/onnx/graph/node-proto.ts';
import type { OnnxGraphConfig } from '../../src/experiment/architectures/onnx-graph.ts';
import { type QuantizeConfig, quantize } from '../../src/experiment/strategies/quantize/record.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { floatsToHalves, halvesToFloats } from '../../src/models/checkpoint/half-precision.ts';
import { type Model, parameterCount } from '../../src/models/model.ts';
import { openedGraph } from '../../src/models/onnx/opened.ts';
import { deviceFor } from '../../src/training/apart-device.ts';
import { modelInput, prefixed } from '../../src/training/inputs.ts';
import { temporaryDirectory } from '../data/idx-files.ts';
import { assertClose } from '../models/backend.ts';
import { encoded, floats, types, valueInfo, writeGraph } from '../models/onnx/graphs.ts';
import { graphFolder, inputsOf, referenceOf } from '../models/onnx/references.ts';
import { cpu } from './models.ts';

const { ModelProto } = onnxProto.onnx;
const device = await cpu();
const groupSize = 16;

type GraphModel = Model & { readonly config: OnnxGraphConfig };

async function quantized(path: string, options: Partial<QuantizeConfig>, name?: string) {
  const model = (await loadModel(path)) as GraphModel;
  const config = quantize.schema.parse({ kind: 'quantize', groupSize, percentile: 100, ...options });
  const train = { size: 4, batch: () => ({ input: inputsOf(referenceOf(name!)) }) };
  const made = await quantizeGraphModel({ device, model, config, train: train as never });
  return { ...made, source: model };
}

const fileOf = (name: string) => join(graphFolder(name), 'model.onnx');

/** What a file answers by ONNX Runtime, asked without anything of ours. */
async function answered(model: Uint8Array, name: string, output: string): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const { inputs } = referenceOf(name);
  const feeds = session.inputMetadata.map((given) => {
    const { shape, data } = inputs[given.name]!;
    const whole = given.isTensor && given.type === 'int64';
    return [
      given.name,
      whole
        ? new Tensor('int64', BigInt64Array.from(data, BigInt), shape)
        : new Tensor('float32', Float32Array.from(data), shape),
    ];
  });
  const results = await session.run(Object.fromEntries(feeds), [output]);
  await session.release();
  return results[output]!.data as Float32Array;
}

const logitsOf = async (model: Model, name: string): Promise<Float32Array> => {
  const step = deviceFor(device, model).compile((inputs) => ({
    logits: model.forward(modelInput(inputs), { training: false }).logits,
  }));
  const { logits } = await step.run(prefixed('input', inputsOf(referenceOf(name))));
  step.dispose();
  return logits as Float32Array;
};

const halfToEven = (value: number) => {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
};

/** Numbers that share one scale, rounded to whole multiples of it: w ≈ s·q, s = max|w| / largest. */
function roundTogether(values: Float32Array, places: readonly number[], largest: number): void {
  const scale = Math.fround(Math.max(...places.map((at) => Math.abs(values[at]!))) / largest) || 1;
  for (const at of places) values[at] = scale * halfToEven(Math.fround(values[at]! / scale));
}

/** Along which axis of a weight the outputs lie of what reads it, perhaps turned. */
function outputAxis(nodes: readonly onnx.INodeProto[], name: string, turned = false): 0 | 1 {
  const user = nodes.find(({ input }) => input!.includes(name))!;
  if (user.opType === 'Transpose') return outputAxis(nodes, user.output![0]!, !turned);
  const transB = user.attribute!.some(
    (attribute) => attribute.name === 'transB' && Number(attribute.i) === 1,
  );
  const first = user.opType === 'Conv' || user.opType === 'Gather' || transB;
  return first === turned ? 1 : 0;
}

/** The same file with the weights as floats that are left of them. */
function roundedFile(file: string, bits: ReadonlyMap<string, number>, { config }: GraphModel): Uint8Array {
  const { graph, ...model } = ModelProto.decode(readFileSync(file));
  const { tied } = openedGraph(config).weights;
  const initializer = graph!.initializer!.map((tensor) => {
    const own = bits.get(tied.get(tensor.name!)?.parameter ?? tensor.name!);
    if (own === undefined) return tensor;
    const values = new Float32Array(Uint8Array.from(tensor.rawData!).buffer);
    if (own === 16) values.set(halvesToFloats(floatsToHalves(values)));
    else {
      const shape = tensor.dims!.map(Number);
      const axis = outputAxis(graph!.node!, tensor.name!);
      const [outputs, inputs] = [shape[axis]!, values.length / shape[axis]!];
      for (let output = 0; output < outputs; output++) {
        const row = Array.from({ length: inputs }, (_, input) =>
          axis === 0 ? output * inputs + input : input * outputs + output,
        );
        const group = own === 8 ? inputs : groupSize;
        for (let from = 0; from < inputs; from += group)
          roundTogether(values, row.slice(from, from + group), own === 8 ? 127 : 7);
      }
    }
    return { ...tensor, rawData: new Uint8Array(values.buffer) };
  });
  return ModelProto.encode({ ...model, graph: { ...graph, initializer } }).finish();
}

const valuesOf = ({ name, type }: onnx.IValueInfoProto) => ({
  name,
  type: type?.tensorType?.elemType,
  shape: type?.tensorType?.shape?.dim?.map(({ dimValue, dimParam }) => dimParam || Number(dimValue)),
});

for (const name of ['bert', 'resnet', 'gpt2', 'qwen3', 'mixer'])
  test(`${name}: a graph in fewer bits answers as its rounded weights do, and opens again`, async (context) => {
    const before = ModelProto.decode(readFileSync(fileOf(name))).graph!;
    const sizes: number[] = [statSync(fileOf(name)).size];
    for (const scheme of ['float16', 'int8-weights', 'int4-weights'] as const) {
      const { source, original, weights, ...made } = await quantized(graphFolder(name), { scheme });
      const bits = new Map(weights.map((weight) => [weight.name, weight.bits]));
      assert.ok(bits.size >= 2 && made.floatWeights.every((weight) => !bits.has(weight)));
      const folder = join(temporaryDirectory(context), 'student');
      const { bytes } = await saveModel(made.model, folder);
      assert.equal(bytes, statSync(join(folder, 'model.onnx')).size);
      sizes.push(bytes);
      const saved = readFileSync(join(folder, 'model.onnx'));
      const after = ModelProto.decode(saved).graph!;
      assert.deepEqual(after.input!.map(valuesOf), before.input!.map(valuesOf));
      assert.deepEqual(after.output!.map(valuesOf), before.output!.map(valuesOf));
      const { answer } = source.config;
      const expected = await answered(roundedFile(fileOf(name), bits, source), name, answer);
      assertClose(await answered(saved, name, answer), expected, 1e-4, `${name}, ${scheme}`);
      const again = (await loadModel(folder, { frozen: true })) as GraphModel;
      for (const one of [made.model, again])
        assertClose(await logitsOf(one, name), expected, 1e-4, `${name}, ${scheme}`);
      assert.deepEqual(
        again.config.states.map(({ name }) => name),
        source.config.states.map(({ name }) => name),
      );
      // Floats of 16 bits can be trained; whole numbers cannot, and count as what they were.
      assert.equal(again.apart === undefined, scheme === 'float16');
      assert.equal(parameterCount(again), parameterCount(source));
      assert.equal(parameterCount(original), parameterCount(source));
      assert.deepEqual(
        await logitsOf(original, name),
        await answered(readFileSync(fileOf(name)), name, answer),
      );
      for (const one of [source, original, made.model, again]) one.dispose();
    }
    assert.ok(Math.max(...sizes.slice(1)) < sizes[0]!, sizes.join());
    assert.ok(sizes[3]! <= sizes[2]!, sizes.join());
  });

test('a table that also predicts lies in the file once, in fewer bits', async () => {
  const table = (model: Model) => {
    const { graph, weights } = openedGraph(model.config as OnnxGraphConfig);
    const tables = [...graph.tensors.values()].filter(({ data }) => data.length === 640);
    return { stored: tables.map(({ stored }) => stored), tied: weights.tied.size };
  };
  for (const scheme of ['float16', 'int8-weights', 'int4-weights', 'int8'] as const) {
    const { source, ...made } = await quantized(graphFolder('gpt2'), { scheme }, 'gpt2');
    assert.deepEqual(table(source), { stored: [types.FLOAT, types.FLOAT], tied: 1 });
    const stored = [scheme === 'float16' ? types.FLOAT16 : types.INT8];
    assert.deepEqual(table(made.model), { stored, tied: 0 }, scheme);
    source.dispose();
    made.model.dispose();
  }
});

test('in integers, ranges are those of the samples, and the answers stay close', async () => {
  for (const name of ['mixer', 'gpt2']) {
    const { source, ...made } = await quantized(graphFolder(name), { scheme: 'int8' }, name);
    const { graph } = openedGraph(made.model.config as OnnxGraphConfig);
    const own = graph.nodes.filter(({ operator }) => operator === 'QuantizeLinear');
    const float = await answered(readFileSync(fileOf(name)), name, source.config.answer);
    const difference = (await logitsOf(made.model, name)).map((value, at) => Math.abs(value - float[at]!));
    assert.ok(Math.max(...difference) < 0.05 && Math.max(...difference) > 0, `${Math.max(...difference)}`);
    if (name === 'mixer') {
      const pixels = referenceOf(name).inputs.pixel_values!.data;
      const scale = graph.tensors.get(own.find(({ inputs }) => inputs[0] === 'pixel_values')!.inputs[1]!)!;
      assert.equal(scale.data[0], Math.fround((Math.max(...pixels, 0) - Math.min(...pixels, 0)) / 255));
    }
    source.dispose();
    made.model.dispose();
  }
});

test('what cannot be quantized is said; what something else reads too stays float', async (context) => {
  const graph = (nodes: onnx.INodeProto[], initializer: onnx.ITensorProto[], version = 13) =>
    writeGraph(
      temporaryDirectory(context),
      encoded(
        {
          inputs: [valueInfo('pixel_values', types.FLOAT, ['n', 1, 4, 4])],
          outputs: [valueInfo('logits', types.FLOAT, ['n', 3])],
          nodes: [nodeProto('Flatten', ['pixel_values'], 'flat', { axis: 1 }), ...nodes],
          initializer,
        },
        [{ domain: '', version }],
      ),
    );
  const product = nodeProto('MatMul', ['flat', 'W'], 'scores');
  const small = graph(
    [nodeProto('Mul', ['flat', 'a'], 'h'), nodeProto('Slice', ['h', 'from', 'to', 'axes'], 'logits')],
    [
      floats('a', [16]),
      ...(['from', 'to', 'axes'] as const).map((name, at) => ({
        name,
        dims: [1],
        dataType: types.INT64,
        int64Data: [[0, 3, 1][at]!],
      })),
    ],
  );
  for (const scheme of ['float16', 'int8-weights', 'int8'] as const)
    await assert.rejects(quantized(small, { scheme }), /Nothing of this model can be quantized/, scheme);
  // Read by a sum as well.
  const shared = graph(
    [
      product,
      nodeProto('ReduceMean', ['W'], 'mean', { axes: [0], keepdims: 1 }),
      nodeProto('Add', ['scores', 'mean'], 'twice'),
      nodeProto('MatMul', ['twice', 'V'], 'logits'),
    ],
    [floats('W', [16, 3]), floats('V', [3, 3])],
  );
  const { weights, floatWeights } = await quantized(shared, { scheme: 'int8-weights' });
  assert.deepEqual([weights.map(({ name }) => name), floatWeights], [['V'], ['W']]);
  await assert.rejects(
    quantized(shared, { scheme: 'int8-weights', keepEnds: true }),
    /first and last layers/,
  );
});
