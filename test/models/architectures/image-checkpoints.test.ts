import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { checkpointBytes, loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors } from '../../../src/models/checkpoint/safetensors.ts';
import type { Model } from '../../../src/models/model.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { uniform } from '../../strategies/support.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import {
  answersOf,
  assertState,
  type ImageReference,
  imageReference,
  pixelsOf,
  trainingPass,
} from '../image-reference.ts';
import { assertGradients, checkpointFolder, valuesOf } from '../reference-checkpoint.ts';
import { modelTypes, students } from '../samples.ts';
import { openImagesInTransformers } from '../transformers/open-in-transformers.ts';

/** Every kind of model that sees images, as transformers computes and opens it. */

const { python, skip } = pythonWith('torch', 'transformers');
const references = [
  ...[...modelTypes].flatMap(([name, goal]) => (goal === 'images' ? [name] : [])),
  'mobilenet_v2-symmetric',
  'resnet-bottleneck',
  'resnet-late',
];

/** Batch normalization takes all effect from what is added before it, so gradients of some weights are zero. */
const leastNorm = ({ gradients }: ImageReference) =>
  0.01 * Math.max(...Object.values(gradients).map(({ norm }) => norm));

/** @param read values of a weight, as they lie in a tensor */
function assertTrained(model: Model, reference: ImageReference, read: (name: string) => Float32Array): void {
  assertGradients(model, reference, read, leastNorm(reference));
  assert.deepEqual([...model.buffers.keys()].sort(), Object.keys(reference.buffers).sort());
  for (const [name, variable] of model.buffers) {
    const { norm, sum, first } = reference.buffers[name]!;
    const values = valuesOf(variable);
    const found = [Math.hypot(...values), values.reduce((total, value) => total + value, 0)];
    assertClose([...found, ...values.slice(0, 4)], [norm, sum, ...first], 1e-4, name);
  }
}

for (const name of references) {
  test(`${name}: logits, hidden states, gradients and running statistics equal those of transformers`, async () => {
    await usePlainBackend();
    const reference = imageReference(name);
    const model = await loadModel(checkpointFolder(name));
    const pixels = pixelsOf(reference);
    assert.deepEqual(model.task, { classes: 3, image: reference.pixels.shape.slice(1) });
    const { logits, hiddenStates } = model.forward({ pixels }, { training: false });
    assertClose(valuesOf(logits), reference.logits.data, 1e-5, 'logits');
    assert.equal(hiddenStates.length, reference.hiddenStates.length);
    for (const [layer, state] of hiddenStates.entries())
      assertState(state, reference.hiddenStates[layer]!, `hidden state ${layer}`);
    const { grads } = tf.variableGrads(() => {
      const { logits, loss } = trainingPass(model, pixels);
      assertClose(valuesOf(logits), reference.trainedLogits.data, 1e-4, 'logits in training');
      return loss;
    }, [...model.parameters.values()]);
    assertTrained(model, reference, (weight) =>
      Float32Array.from(valuesOf(grads[model.parameters.get(weight)!.name]!)),
    );
  });

  test(`${name}: a recorded step computes the same on the device, each time it is replayed`, async (context) => {
    const device = await openDevice('cpu');
    context.after(() => device.dispose());
    const reference = imageReference(name);
    const model = await loadModel(checkpointFolder(name));
    const parameters = [...model.parameters];
    const step = device.compile(({ pixels }) => {
      const outputs: Record<string, Tensor> = {
        logits: model.forward({ pixels: pixels! }, { training: false }).logits,
      };
      const { grads } = tf.variableGrads(
        () => trainingPass(model, pixels!).loss,
        parameters.map(([, variable]) => variable),
      );
      for (const [weight, variable] of parameters) outputs[weight] = grads[variable.name]!;
      return outputs;
    });
    const { shape, data } = reference.pixels;
    const inputs = { pixels: { data: Float32Array.from(data), shape, dtype: 'float32' } } as const;
    for (let replay = 0; replay < 2; replay++) {
      const outputs = await step.run(inputs);
      // What is answered after a training pass sees other running statistics.
      if (replay === 0 || model.buffers.size === 0)
        assertClose(outputs.logits!, reference.logits.data, 1e-5, 'logits');
      assertGradients(
        model,
        reference,
        (weight) => Float32Array.from(outputs[weight]!),
        leastNorm(reference),
      );
    }
    step.dispose();
    model.dispose();
  });

  test(`${name}: saved again, it has the same names, shapes, logits and configuration`, async (context) => {
    await usePlainBackend();
    const [given, saved] = [checkpointFolder(name), join(temporaryDirectory(context), 'student')];
    const model = await loadModel(given);
    const { bytes } = await saveModel(model, saved);
    assert.equal(await checkpointBytes(saved), bytes);
    const [before, after] = [await weightsOf(given), await weightsOf(saved)];
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
    for (const [weight, { shape, data }] of before)
      assert.deepEqual([after.get(weight)!.shape, after.get(weight)!.data], [shape, data], weight);
    const again = await loadModel(saved);
    assert.deepEqual([again.config, again.task], [model.config, model.task]);
    const pixels = pixelsOf(imageReference(name));
    assert.deepEqual(answersOf(again, pixels), answersOf(model, pixels));
    const { transformers_version, ...own } = configOf(given);
    const written = configOf(saved);
    for (const key of Object.keys(own)) assert.deepEqual(written[key], own[key], key);
  });
}

const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));

/** How many batches a normalization has seen is written by PyTorch, and read by nobody. */
async function weightsOf(folder: string) {
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
  return new Map([...tensors].filter(([name]) => !name.endsWith('num_batches_tracked')));
}

test('transformers opens students that were saved here, and computes the same', { skip }, async (context) => {
  await usePlainBackend();
  const folder = temporaryDirectory(context);
  const given: Record<string, Tensor> = {};
  const ours: Record<string, number[]> = {};
  for (const [name, { goal, written }] of students) {
    if (goal !== 'images') continue;
    const task = { classes: 3, image: [20, 16, 3] as const };
    const model = buildModel(modelSchema.parse(written), task, RandomGenerator.forUse(0, name));
    for (const [at, variable] of [...model.parameters.values(), ...model.buffers.values()].entries())
      variable.assign(tf.add(variable, tf.randomUniform(variable.shape, 0, 0.4, 'float32', at)));
    await saveModel(model, join(folder, name), { classNames: ['a', 'b', 'c'] });
    given[name] = uniform([2, ...task.image], 4);
    ours[name] = answersOf(model, given[name]);
  }
  assert.ok(Object.keys(ours).length > 0);
  for (const [name, theirs] of Object.entries(openImagesInTransformers(python, folder, given))) {
    assert.deepEqual(theirs.wrong, {}, `${name}: missing or unexpected weights`);
    assert.deepEqual(theirs.labels, { 0: 'a', 1: 'b', 2: 'c' });
    assertClose(ours[name]!, theirs.logits, 1e-5, name);
  }
});
