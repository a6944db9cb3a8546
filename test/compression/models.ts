import { after } from 'node:test';
import type { HostBatch, Split } from '../../src/data/dataset.ts';
import type { Device, HostTensor } from '../../src/device/device.ts';
import type { OnnxDevice } from '../../src/device/onnx/onnx-device.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model } from '../../src/models/model.ts';
import { samples, text } from '../models/samples.ts';

export async function cpu(): Promise<OnnxDevice> {
  const device = (await openDevice('cpu', { threads: 1 })) as OnnxDevice;
  after(() => device.dispose());
  return device;
}

/** A tiny model of every architecture, and of what exits of convolutional ones become. */
export const architectures: readonly string[] = [...samples.keys()];

/** Its weights are drawn, its normalisations and biases too, so that none of them can be forgotten unnoticed. */
export async function tinyModel(architecture: string): Promise<Model> {
  const { config, task } = samples.get(architecture)!;
  const model = buildModel(config, task, RandomGenerator.forUse(1, 'weights'));
  const generator = RandomGenerator.forUse(1, 'test');
  for (const [name, variable] of [...model.parameters, ...model.buffers])
    if (variable.shape.length === 1)
      await change(variable, (value) =>
        name.endsWith('running_var') ? 0.5 + generator.uniform() : value + 0.4 * generator.uniform() - 0.2,
      );
  return model;
}

type Variable = Model['parameters'] extends ReadonlyMap<string, infer V> ? V : never;

export async function change(variable: Variable, to: (value: number, at: number) => number): Promise<void> {
  const { tf } = await import('../../src/device/tensorflow.ts');
  const values = ((await variable.data()) as Float32Array).map(to);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** Random images, or random texts of full length. */
export function inputsOf({ task }: Model, batch = 3): Record<string, HostTensor> {
  const generator = RandomGenerator.forUse(2, 'inputs');
  if (task.image) {
    const shape = [batch, ...task.image];
    const data = Float32Array.from({ length: batch * 64 }, () => 2 * generator.uniform() - 1);
    return { pixels: { data, shape, dtype: 'float32' } };
  }
  const shape = [batch, text.length];
  return {
    ids: {
      data: Int32Array.from({ length: batch * text.length }, () => generator.below(text.vocabulary)),
      shape,
      dtype: 'int32',
    },
    mask: { data: new Float32Array(batch * text.length).fill(1), shape, dtype: 'float32' },
  };
}

/** Samples to calibrate by. */
export const splitOf = (model: Model): Split => ({
  name: 'train',
  size: 12,
  batch: (_positions, size) => ({ input: inputsOf(model, size) }) as unknown as HostBatch,
});

export async function logitsOf(
  device: Device,
  model: Model,
  inputs: Record<string, HostTensor>,
): Promise<Float32Array> {
  const { forwardStep } = await import('../../src/compression/forward-step.ts');
  const step = device.compile(forwardStep(model));
  const { logits } = await step.run(inputs);
  step.dispose();
  return (logits as Float32Array).slice();
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(found: Float32Array, expected: Float32Array): number {
  let [difference, norm] = [0, 0];
  expected.forEach((value, at) => {
    difference += (found[at]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}
