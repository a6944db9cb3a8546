import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import type { Device } from '../../src/device/device.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { gelu } from '../../src/device/operations/gelu.ts';
import { layerNorm } from '../../src/device/operations/layer-norm.ts';
import { tf } from '../../src/device/tensorflow.ts';

let device: Device;

before(async () => {
  device = await openDevice('cpu', { threads: 1 });
});

after(() => device.dispose());

const wave = (shape: number[], phase: number) =>
  tf.tensor(
    Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, at) => 2 * Math.sin(at * 1.3 + phase) + phase,
    ),
    shape,
  );

/** Values and gradients of an operation, on a backend. */
async function evaluate(
  backend: string,
  operation: (...tensors: tf.Tensor[]) => tf.Tensor,
  shapes: number[][],
): Promise<number[][]> {
  await tf.setBackend(backend);
  const inputs = shapes.map((shape, index) => wave(shape, index));
  const value = operation(...inputs);
  const gradients = tf.grads(operation)(inputs, wave(value.shape, 5));
  return Promise.all([value, ...gradients].map(async (tensor) => Array.from(await tensor.data())));
}

async function agrees(operation: (...tensors: tf.Tensor[]) => tf.Tensor, shapes: number[][]): Promise<void> {
  const ours = await evaluate(device.backend, operation, shapes);
  const oracle = await evaluate('cpu', operation, shapes);
  ours.forEach((numbers, index) => {
    numbers.forEach((number, at) => {
      const expected = oracle[index]![at]!;
      assert.ok(
        Math.abs(number - expected) < 1e-4 * (1 + Math.abs(expected)),
        `${number} instead of ${expected}`,
      );
    });
  });
}

test('gelu and its gradient are those of the formula on the JavaScript backend', async () => {
  await agrees((x) => gelu(x!), [[7]]);
  await agrees((x) => gelu(x!), [[2, 3, 5]]);
  await tf.setBackend(device.backend);
  // Values of torch.nn.functional.gelu.
  const known = await gelu(tf.tensor([-3, -1, 0, 0.5, 2])).data();
  [-0.00404951, -0.15865529, 0, 0.34573123, 1.9544997].forEach((expected, at) => {
    assert.ok(Math.abs(known[at]! - expected) < 1e-6);
  });
});

test('layer normalisation and its gradients are those of the formula on the JavaScript backend', async () => {
  for (const shape of [
    [4, 6],
    [2, 3, 8],
  ]) {
    const width = shape.at(-1)!;
    await agrees((x, gain, bias) => layerNorm(x!, gain!, bias!, 1e-5), [shape, [width], [width]]);
  }
});

test('rows are normalised even where they lie far from zero', async () => {
  await tf.setBackend(device.backend);
  const x = tf.add(wave([3, 64], 0), 1000);
  const y = layerNorm(x, tf.ones([64]), tf.zeros([64]), 1e-5);
  const { mean, variance } = tf.moments(y, -1);
  for (const number of await mean.data()) assert.ok(Math.abs(number) < 1e-3);
  for (const number of await variance.data()) assert.ok(Math.abs(number - 1) < 1e-3);
});
