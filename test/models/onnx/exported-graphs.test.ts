import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { openDevice } from '../../../src/device/open-device.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { toStored } from '../../../src/models/checkpoint/kernel-layout.ts';
import type { Model } from '../../../src/models/model.ts';
import { nextTokenLogits } from '../../../src/models/next-token.ts';
import { keptShape } from '../../../src/models/onnx/network.ts';
import { openedGraph } from '../../../src/models/onnx/opened.ts';
import { storedSignals, toSignals } from '../../../src/training/teacher/teacher-source.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { assertClose } from '../backend.ts';
import { type Answer, graphFolder, inputsOf, referenceOf } from './references.ts';

/**
 * Models as exporters of PyTorch write them, and what PyTorch computed with them: test/reference/onnx/models.py, and Optimum:
 * optimum_models.py. Each is
 * run on the device in a recorded step, as in training.
 */

/** Hidden layers that are found, and whether they are those of transformers, in the same order. */
const layersOf = {
  bert: [2, true],
  deberta: [2, true],
  t5: [2, false],
  gpt2: [2, true],
  qwen3: [2, true],
  vit: [2, true],
  mobilenet: [10, false],
  resnet: [4, false],
  convnext: [4, false],
  mixer: [3, false],
  keras: [3, false],
  'optimum-bert': [2, true],
  'optimum-gpt2': [2, true],
} as const;

/** Σ logits · sin(index), as the script has it. */
const lossOf = (logits: Tensor) =>
  tf.sum(tf.mul(tf.reshape(logits, [-1]), tf.sin(tf.range(0, logits.size, 1, 'float32')))) as Scalar;

function gradientStep(model: Model, training: boolean) {
  const parameters = [...model.parameters];
  return (input: Record<string, Tensor>) => {
    const outputs: Record<string, Tensor> = {};
    const { grads } = tf.variableGrads(
      () => {
        const result = model.forward(input, { training });
        outputs.logits = tf.keep(result.logits);
        result.hiddenStates.forEach((state, layer) => {
          outputs[`hidden ${layer}`] = tf.keep(state);
        });
        return lossOf(result.logits);
      },
      parameters.map(([, variable]) => variable),
    );
    for (const [name, variable] of parameters) outputs[`gradient ${name}`] = grads[variable.name]!;
    return outputs;
  };
}

function assertGradients(
  model: Model,
  outputs: Record<string, ArrayLike<number>>,
  expected: Answer,
  tolerance = 1e-4,
): number {
  const config = model.config as Parameters<typeof openedGraph>[0];
  const { tied } = openedGraph(config).weights;
  let compared = 0;
  // What comes to nothing, such as the gradient of a shift before a normalization, is nothing beside the others.
  const largest = Math.max(...Object.values(expected.gradients).flatMap(({ data }) => data.map(Math.abs)));
  for (const [name, { shape, data }] of Object.entries(expected.gradients)) {
    if (tied.has(name)) continue;
    const found = outputs[`gradient ${name}`];
    assert.ok(found, `no gradient of ${name}`);
    const own = Math.max(...data.map(Math.abs));
    const scale = Math.max(own, 1e-3 * largest);
    const stored = toStored(Float32Array.from(found), keptShape(shape));
    for (const [at, value] of data.entries())
      assert.ok(
        Math.abs(stored[at]! - value) <= tolerance * scale,
        `gradient of ${name}[${at}] is ${stored[at]}, expected ${value}`,
      );
    compared++;
  }
  return compared;
}

for (const [name, [layers, named]] of Object.entries(layersOf))
  test(`${name}: logits, hidden states and gradients equal those of PyTorch`, async (context) => {
    const reference = referenceOf(name);
    const device = await openDevice('cpu');
    context.after(() => device.dispose());
    const model = await loadModel(graphFolder(name));
    context.after(() => model.dispose());
    assert.equal(model.layerCount, layers);
    const step = device.compile(gradientStep(model, false));
    const outputs = await step.run(inputsOf(reference));
    step.dispose();
    assertClose(outputs.logits!, reference.logits.data, 1e-4, 'logits');
    const compared = assertGradients(model, outputs as Record<string, Float32Array>, reference);
    // Keras folds a normalization into three vectors, and gives one bias the shape of the maps.
    assert.equal(compared, model.parameters.size - (name === 'keras' ? 4 : 0));
    if (named)
      for (let layer = 0; layer <= layers; layer++) {
        const found = outputs[`hidden ${layer}`]!;
        const state = reference.hidden[layer];
        // The last one of transformers is normalized once more where the stack ends with a norm.
        if (state && layer < layers) assertClose(found, state.data, 1e-4, `hidden state ${layer}`);
      }
  });

/** MobileNetV2 ends with maps of one place: statistics of two numbers, in which small differences grow. */
for (const [name, tolerance] of [
  ['mobilenet', 2e-3],
  ['resnet', 1e-4],
] as const)
  test(`${name}: batch normalization trains as in PyTorch, and its running statistics move`, async (context) => {
    const reference = referenceOf(name);
    const expected = reference.training!;
    const device = await openDevice('cpu');
    context.after(() => device.dispose());
    const model = await loadModel(graphFolder(name));
    context.after(() => model.dispose());
    const step = device.compile(gradientStep(model, true));
    const outputs = await step.run(inputsOf(reference));
    step.dispose();
    assertClose(outputs.logits!, expected.logits.data, tolerance, 'logits');
    assert.ok(Object.keys(expected.statistics!).length >= model.buffers.size);
    for (const [buffer, variable] of model.buffers) {
      const { data } = expected.statistics![buffer]!;
      assertClose(await variable.data(), data, tolerance, buffer);
    }
    assertGradients(model, outputs as Record<string, Float32Array>, expected, tolerance);
  });

test('a trained student is the same graph with new weights, and both copies of a tied table follow', async (context) => {
  const device = await openDevice('cpu');
  context.after(() => device.dispose());
  const model = await loadModel(graphFolder('gpt2'));
  context.after(() => model.dispose());
  const graphOf = ({ config }: Model) => openedGraph(config as Parameters<typeof openedGraph>[0]);
  const { tied } = graphOf(model).weights;
  assert.equal(tied.size, 1);
  for (const variable of model.parameters.values())
    variable.assign(tf.tidy(() => tf.mul(tf.add(variable, 0.01), 1.1)));
  const directory = join(temporaryDirectory(context), 'student');
  await saveModel(model, directory);
  // Held against ONNX Runtime when it is opened: a copy that stayed behind would answer otherwise.
  const again = await loadModel(directory);
  context.after(() => again.dispose());
  for (const [name, variable] of model.parameters)
    assert.deepEqual(await again.parameters.get(name)!.data(), await variable.data(), name);
  assert.equal(graphOf(again).weights.tied.size, 1);
  const [before, after] = [graphOf(model).proto, graphOf(again).proto];
  const named = (values: readonly { name?: string | null }[] | null | undefined) =>
    values?.map(({ name }) => name);
  for (const part of ['input', 'output', 'initializer', 'node'] as const)
    assert.deepEqual(named(after.graph![part]), named(before.graph![part]), part);
  assert.deepEqual(after.opsetImport, before.opsetImport);
});

test('a recurrent network is refused with the node that has no gradients', async (context) => {
  const device = await openDevice('cpu');
  context.after(() => device.dispose());
  await assert.rejects(
    loadModel(graphFolder('gru')),
    /cannot be trained: the node "\/gru\/GRU" \(GRU\) has no gradients here/,
  );
});

test('a graph of a language model continues texts and teaches by what is kept of it', async (context) => {
  const device = await openDevice('cpu');
  context.after(() => device.dispose());
  const model = await loadModel(graphFolder('gpt2'));
  context.after(() => model.dispose());
  const step = device.compile(({ ids, rows }) => {
    const mask = tf.ones([1, 5]);
    const needs = { logits: true, hiddenStates: [], pooled: [] };
    return {
      logits: model.forward({ ids: ids!, mask }, { training: false }).logits,
      // Whoever continues texts gives no mask.
      last: nextTokenLogits(model, { ids: ids! }, rows!),
      kept: toSignals(model, storedSignals(model, needs, { ids: ids!, mask })).logits!,
    };
  });
  const { logits, last, kept } = await step.run({
    ids: { data: Int32Array.of(3, 1, 4, 1, 5), shape: [1, 5], dtype: 'int32' },
    rows: { data: Int32Array.of(4), shape: [1], dtype: 'int32' },
  });
  assert.deepEqual(kept, logits);
  assert.deepEqual(last, logits!.slice(-model.task.classes));
  step.dispose();
});
