import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { clippingScale, globalNorm, valueAndGradients } from '../../../src/training/optimizers/gradients.ts';
import { openTestDevice } from '../support.ts';

await openTestDevice();

test('gradients come under the names of the variables, and an unused variable has none', () => {
  const used = tf.variable(tf.tensor1d([1, 2]));
  const unused = tf.variable(tf.tensor1d([3]));
  const { value, gradients } = valueAndGradients(
    () => tf.sum(tf.square(used)) as Scalar,
    new Map([
      ['layer.weight', used],
      ['layer.bias', unused],
    ]),
  );
  assert.equal(value.dataSync()[0], 5);
  assert.deepEqual([...gradients.keys()], ['layer.weight']);
  assert.deepEqual([...gradients.get('layer.weight')!.dataSync()], [2, 4]);
});

const gradients = new Map<string, Tensor>([
  ['one', tf.tensor1d([3, 0])],
  ['other', tf.tensor2d([[0, 4]])],
]);
const scaleFor = (limit: number) => clippingScale(globalNorm(gradients), limit).dataSync()[0]!;

test('the norm goes over all gradients together', () => {
  assert.equal(globalNorm(gradients).dataSync()[0], 5);
});

test('gradients beyond the limit are scaled down to it, others are left alone', () => {
  assert.ok(Math.abs(scaleFor(1) - 0.2) < 1e-6);
  assert.equal(scaleFor(6), 1);
});

test('gradients that are all zero are not divided by zero', () => {
  assert.equal(clippingScale(globalNorm(new Map([['one', tf.zeros([3])]])), 1).dataSync()[0], 1);
});
