import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Device } from '../../../src/device/device.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { assertClose } from '../backend.ts';
import { atTokens, checkpointFolder, readReference } from '../reference-checkpoint.ts';

/** The references of transformers again, now through a step that is recorded and replayed on the CPU device. */

let device: Device;
before(async () => {
  device = await openDevice('cpu');
});
after(() => device.dispose());

for (const name of [
  'bert',
  'distilbert',
  'roberta',
  'electra',
  'albert',
  'mpnet',
  'gpt2',
  'llama',
  'qwen2',
  'qwen3-long',
  'mistral',
  'gemma3_text',
])
  test(`${name}: a recorded step computes logits and gradients of transformers, each time it is replayed`, async () => {
    const reference = readReference(name);
    const model = await loadModel(checkpointFolder(name));
    const parameters = [...model.parameters];
    const step = device.compile(({ ids, mask }) => {
      const { logits: answer } = model.forward({ ids: ids!, mask: mask! }, { training: false });
      const outputs: Record<string, Tensor> = { logits: answer };
      const { grads } = tf.variableGrads(
        () => {
          const { logits } = model.forward({ ids: ids!, mask: mask! }, { training: false });
          const weights = tf.reshape(tf.sin(tf.range(0, logits.size)), logits.shape);
          const counted = logits.rank === 3 ? tf.mul(weights, tf.expandDims(mask!, -1)) : weights;
          return tf.sum(tf.mul(logits, counted)) as Scalar;
        },
        parameters.map(([, variable]) => variable),
      );
      for (const [parameter, variable] of parameters) outputs[parameter] = grads[variable.name]!;
      return outputs;
    });
    const shape = [reference.ids.length, reference.ids[0]!.length];
    const inputs = {
      ids: { data: Int32Array.from(reference.ids.flat()), shape, dtype: 'int32' },
      mask: { data: Float32Array.from(reference.mask.flat()), shape, dtype: 'float32' },
    } as const;
    for (let replay = 0; replay < 2; replay++) {
      const outputs = await step.run(inputs);
      const kept = (values: ArrayLike<number>) =>
        reference.logits.shape.length === 3
          ? atTokens(values, reference.logits.shape, reference.mask)
          : [...Array.from(values)];
      assertClose(kept(outputs.logits!), kept(reference.logits.data), 1e-5, 'logits');
      for (const [parameter] of parameters) {
        const expected = reference.gradients[parameter]!;
        const norm = Math.hypot(...outputs[parameter]!);
        assert.ok(Math.abs(norm - expected.norm) <= 1e-4 * Math.max(expected.norm, 1e-2), parameter);
        assertClose(Array.from(outputs[parameter]!.slice(0, 4)), expected.first, 1e-3, parameter);
      }
    }
    step.dispose();
    model.dispose();
  });
