import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../src/device/tensorflow.ts';
import type { Model } from '../../src/models/model.ts';
import { checkpointFolder, type Numbers, type Reference, valuesOf } from './reference-checkpoint.ts';

/** A few numbers of a large tensor: how it begins, its norm, and Σ value · sin(index). */
interface Turned {
  readonly shape: number[];
  readonly first: number[];
  readonly norms: [norm: number, turned: number];
}

/** What transformers computed of images, written by test/reference/image-checkpoints.py. */
export interface ImageReference extends Pick<Reference, 'logits' | 'gradients'> {
  readonly pixels: Numbers;
  readonly hiddenStates: Turned[];
  /** Of a training pass, of which the gradients and the running statistics are too. */
  readonly trainedLogits: Numbers;
  readonly buffers: Reference['gradients'];
}

export const imageReference = (name: string): ImageReference =>
  JSON.parse(readFileSync(join(checkpointFolder(name), 'reference.json'), 'utf8'));

export const pixelsOf = ({ pixels }: ImageReference): Tensor =>
  tf.tensor(pixels.data, pixels.shape, 'float32');

/** What a model answers to images. */
export const answersOf = (model: Model, pixels: Tensor): number[] =>
  valuesOf(model.forward({ pixels }, { training: false }).logits);

/** A hidden state is the one that transformers has. */
export function assertState(state: Tensor, { shape, first, norms }: Turned, what: string): void {
  assert.deepEqual(state.shape, shape, what);
  const values = valuesOf(state);
  const close = (found: number, expected: number) =>
    assert.ok(Math.abs(found - expected) <= 2e-5 * norms[0], `${what}: ${found}, expected ${expected}`);
  for (const [at, value] of first.entries()) close(values[at]!, value);
  close(Math.hypot(...values), norms[0]);
  close(
    values.reduce((sum, value, at) => sum + value * Math.sin(at), 0),
    norms[1],
  );
}

/** No unit is dropped, though the model is in training mode. */
const keepAll = { bernoulli: (shape: readonly number[], keep: number) => tf.mul(tf.ones([...shape]), keep) };

/** A training pass without dropout: its logits, and the loss Σ logits · sin(index). */
export function trainingPass(model: Model, pixels: Tensor): { logits: Tensor; loss: Scalar } {
  const { logits } = model.forward({ pixels }, { training: true, random: keepAll });
  const weights = tf.reshape(tf.sin(tf.range(0, logits.size)), logits.shape);
  return { logits, loss: tf.sum(tf.mul(logits, weights)) };
}
