import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../src/device/device.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { clippingScale, globalNorm } from '../../../src/training/optimizers/gradients.ts';
import { createOptimizer, type OptimizerConfig } from '../../../src/training/optimizers/optimizer.ts';
import { openTestDevice } from '../support.ts';

type Values = Record<'matrix' | 'vector', number[] | number[][]>;
interface Trajectory {
  clip: number | null;
  start: Values;
  gradients: Values[];
  rates: number[];
  weights: Values[];
}

const reference: Record<string, Trajectory> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../reference/optimizers.golden.json'), 'utf8'),
);

const adamw: OptimizerConfig = {
  optimizer: 'adamw',
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-6,
  weightDecay: 0.1,
  weightDecayKind: 'decoupled',
};
const sgd: OptimizerConfig = { ...adamw, optimizer: 'sgd' };
const configs: Record<string, OptimizerConfig> = {
  adamw,
  'adamw clipped': adamw,
  'adamw without decay': { ...adamw, weightDecay: 0 },
  sgd,
  'sgd clipped': sgd,
  'sgd coupled': { ...sgd, weightDecayKind: 'coupled' },
  'sgd coupled, clipped': { ...sgd, weightDecayKind: 'coupled' },
  'sgd coupled, without momentum': { ...sgd, momentum: 0, weightDecayKind: 'coupled' },
  'sgd without momentum': { ...sgd, momentum: 0, weightDecay: 0 },
};

await openTestDevice();

for (const [name, config] of Object.entries(configs))
  test(`weights after each step equal PyTorch's: ${name}`, () => {
    const { clip, start, gradients, rates, weights } = reference[name]!;
    const parameters = new Map(
      Object.entries(start).map(([key, values]) => [key, tf.variable(tf.tensor(values))]),
    );
    const optimizer = createOptimizer(config, parameters);
    const tensors = tf.memory().numTensors;
    for (const [step, given] of gradients.entries()) {
      tf.tidy(() => {
        const inputs: Tensors = {};
        for (const [key, host] of Object.entries(optimizer.scalars(step, rates[step]!)))
          inputs[key] = tf.tensor(host.data, [...host.shape]);
        const named = new Map<string, Tensor>(
          Object.entries(given).map(([key, values]) => [key, tf.tensor(values)]),
        );
        const scale = clip === null ? undefined : clippingScale(globalNorm(named), clip);
        optimizer.apply(named, inputs, scale);
      });
      for (const [key, expected] of Object.entries(weights[step]!))
        for (const [at, value] of [...parameters.get(key)!.dataSync()].entries()) {
          const wanted = expected.flat()[at]!;
          const off = Math.abs(value - wanted);
          assert.ok(
            off <= 1e-5 * Math.max(1, Math.abs(wanted)),
            `${key}[${at}] after step ${step}: ${value}, not ${wanted}`,
          );
        }
    }
    assert.equal(tf.memory().numTensors, tensors);
    optimizer.dispose();
    for (const parameter of parameters.values()) parameter.dispose();
  });

test('a parameter without a gradient keeps its value, weight decay included', () => {
  const parameters = new Map([['matrix', tf.variable(tf.ones([2, 2]))]]);
  const optimizer = createOptimizer(adamw, parameters);
  optimizer.apply(new Map(), { step: tf.scalar(1), epsilon: tf.scalar(1), keep: tf.scalar(0.5) });
  assert.deepEqual([...parameters.get('matrix')!.dataSync()], [1, 1, 1, 1]);
});
