import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { reportOfModel } from '../../../src/checks/models/model-report.ts';
import { graphRefusal } from '../../../src/compression/graph-limits.ts';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { strategySchema } from '../../../src/experiment/schema/strategy-schema.ts';
import { inspectCheckpoint, loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { type Model, parameterCount } from '../../../src/models/model.ts';
import { openedGraph } from '../../../src/models/onnx/opened.ts';
import { hiddenShapes } from '../../../src/strategies/hidden-shapes.ts';
import { deviceFor } from '../../../src/training/apart-device.ts';
import { modelInput, prefixed } from '../../../src/training/inputs.ts';
import { answeringTeacher } from '../../../src/training/teacher/answering-teacher.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { assertClose } from '../backend.ts';
import { encoded, floats, oddGraph, types, writeGraph } from './graphs.ts';
import { graphFolder, inputsOf, type Numbers, type Reference, referenceOf } from './references.ts';

/**
 * Graphs that onnxruntime.quantization made, and what ONNX Runtime's Python package answered with them:
 * test/reference/onnx/quantized.py. Whole numbers are rounded otherwise by other processors.
 */
const quantized = {
  bert: 'model_quantized.onnx',
  resnet: 'model_quantized.onnx',
  qwen3: 'model_q4.onnx',
} as const;

/** A table that is also a quantized predictor lies in the file twice; statistics are folded into the weights. */
const uncounted = { bert: 0, resnet: 0, qwen3: 40 * 16 } as const;

interface Recorded {
  readonly logits: Numbers;
  readonly hidden: Readonly<Record<string, Numbers>>;
}

const recordedOf = (name: string): Recorded =>
  JSON.parse(readFileSync(join(graphFolder(name), 'quantized.json'), 'utf8'));

const stateNames = ({ config }: Model) => {
  assert.ok(config.architecture === 'onnx');
  return config.states.map(({ name }) => name);
};

/** What the runtime of this machine answers to the same inputs, asked without anything of ours. */
async function answeredDirectly(model: Model, file: string, { inputs }: Reference): Promise<Float32Array> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const { graph } = openedGraph(model.config as Parameters<typeof openedGraph>[0]);
  const feeds: Record<string, Tensor> = {};
  for (const { name, kind } of graph.inputs) {
    const { shape, data } = inputs[name]!;
    feeds[name] =
      kind === 'float'
        ? new Tensor('float32', Float32Array.from(data), shape)
        : new Tensor(
            'int64',
            BigInt64Array.from(data, (value) => BigInt(value)),
            shape,
          );
  }
  const { logits } = await session.run(feeds);
  await session.release();
  return logits!.data as Float32Array;
}

const turned = (state: Numbers): readonly number[] => {
  if (state.shape.length !== 4) return state.data;
  const [batch, channels, height, width] = state.shape as [number, number, number, number];
  return Array.from({ length: state.data.length }, (_, at) => {
    const [place, channel] = [Math.floor(at / channels) % (height * width), at % channels];
    const image = Math.floor(at / (channels * height * width));
    assert.ok(image < batch);
    return state.data[(image * channels + channel) * height * width + place]!;
  });
};

for (const [name, file] of Object.entries(quantized))
  test(`${name}/${file}: a quantized graph answers as it is, with its hidden states`, async (context) => {
    const device = await openDevice('cpu', { threads: 1 });
    context.after(() => device.dispose());
    const path = join(graphFolder(name), file);
    const model = await loadModel(path, { frozen: true });
    context.after(() => model.dispose());
    const float = await loadModel(graphFolder(name), { frozen: true });
    context.after(() => float.dispose());
    assert.ok(model.apart && !float.apart);
    // The same layers, and the weights there were before they were rounded.
    assert.deepEqual(hiddenShapes(model), hiddenShapes(float));
    assert.equal(parameterCount(model), parameterCount(float) + uncounted[name as keyof typeof quantized]);

    const recorded = recordedOf(name);
    const names = stateNames(model);
    const layers = Object.keys(recorded.hidden).map((state) => names.indexOf(state));
    assert.ok(layers.length === 2 && layers.every((layer) => layer > 0), names.join());
    const step = deviceFor(device, model, layers).compile<string>((inputs) => {
      const { logits, hiddenStates } = model.forward(modelInput(inputs), { training: false });
      return {
        logits,
        ...Object.fromEntries(layers.map((layer) => [`hidden.${layer}`, hiddenStates[layer]!])),
      };
    });
    const reference = referenceOf(name);
    const inputs = prefixed('input', inputsOf(reference));
    const outputs = await step.run(inputs);
    assert.deepEqual(outputs.logits, await answeredDirectly(model, path, reference));
    assertClose(outputs.logits!, recorded.logits.data, 0.05, 'logits');
    for (const [at, state] of Object.values(recorded.hidden).entries())
      assertClose(outputs[`hidden.${layers[at]}`]!, turned(state), 0.05, `hidden state ${layers[at]}`);
    assert.deepEqual(await step.run(inputs), outputs);
    step.dispose();

    // Before each training step, in the place of what would be kept of it.
    const needs = { logits: true, hiddenStates: [layers[1]!], pooled: [] };
    const teacher = answeringTeacher(device, model, needs);
    const given = await teacher.inputs({ input: inputsOf(reference) } as Parameters<
      typeof teacher.inputs
    >[0]);
    assert.deepEqual(given.logits!.data, outputs.logits);
    assert.deepEqual(given[`hidden.${layers[1]}`]!.data, outputs[`hidden.${layers[1]}`]);
    assert.deepEqual(given.logits!.shape, recorded.logits.shape);
    teacher.dispose();
  });

test('weights of four bits are read, two to a byte', async (context) => {
  const folder = temporaryDirectory(context);
  const { inputs, outputs, initializer } = oddGraph();
  const packed = {
    name: 'W4',
    dims: [3, 4],
    dataType: 22,
    rawData: Uint8Array.of(0x1f, 2, 0x83, 0, 7, 0x70),
  };
  const axes = { name: 'axes', dims: [1], dataType: types.INT64, int64Data: [1] };
  const file = writeGraph(
    folder,
    encoded(
      {
        nodes: [
          nodeProto('Gather', ['Ünïcode table/0', 'tok:0'], 'a b'),
          nodeProto('ReduceMean', ['a b', 'axes'], '$mean', { keepdims: 0 }),
          nodeProto('DequantizeLinear', ['W4', 'scale'], 'W'),
          nodeProto('Gemm', ['$mean', 'W', 'β'], 'Ergebnis', { transB: 1 }),
        ],
        inputs,
        outputs,
        initializer: [initializer[0]!, initializer[2]!, packed, axes, floats('scale', [], [0.5])],
      },
      [{ domain: '', version: 21 }],
    ),
  );
  const model = await loadModel(file, { frozen: true });
  const { graph } = openedGraph(model.config as Parameters<typeof openedGraph>[0]);
  assert.deepEqual([...graph.tensors.get('W4')!.data], [-1, 1, 2, 0, 3, -8, 0, 0, 7, 0, 0, 7]);
  assert.equal(parameterCount(model), 9 * 4 + 3 * 4 + 3);
  assert.match(model.apart!.reason, /DequantizeLinear/);
  model.dispose();
});

test('what has no gradients is a teacher, and as a student refused with the node and what to do', async (context) => {
  const device = await openDevice('cpu', { threads: 1 });
  context.after(() => device.dispose());
  await assert.rejects(loadModel(join(graphFolder('bert'), 'model_quantized.onnx')), (error: Error) => {
    assert.match(
      error.message,
      /cannot be trained: the node ".+" \(D\w*QuantizeLinear|DequantizeLinear\) has no gradients/,
    );
    assert.match((error as Error & { remedy: string }).remedy, /as a teacher.*model\.onnx/);
    return true;
  });
  const { config } = await inspectCheckpoint(join(graphFolder('bert'), 'model_quantized.onnx'));
  const prune = strategySchema.parse({ kind: 'prune', of: 'teacher', method: 'magnitude' });
  assert.ok(prune.kind === 'prune');
  assert.match(
    graphRefusal(config, prune)!.message,
    /cannot be made smaller: the node ".+" .* has no gradients/,
  );
  const { can } = await reportOfModel(join(graphFolder('bert'), 'model_quantized.onnx'));
  assert.deepEqual(
    can.filter(({ refusal }) => refusal === undefined).map(({ what }) => what),
    ['teacher'],
  );
  const recurrent = await loadModel(graphFolder('gru'), { frozen: true });
  context.after(() => recurrent.dispose());
  const step = deviceFor(device, recurrent).compile((inputs) => ({
    logits: recurrent.forward(modelInput(inputs), { training: false }).logits,
  }));
  const reference = referenceOf('gru');
  const { logits } = await step.run(prefixed('input', inputsOf(reference)));
  assertClose(logits, reference.logits.data, 1e-4, 'logits of the recurrent network');
  step.dispose();
});
