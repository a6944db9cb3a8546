import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../src/device/tensorflow.ts';
import { toStored } from '../../src/models/checkpoint/kernel-layout.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';

export interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}

/** What transformers computed, written by test/reference/make-checkpoints.py. */
export interface Reference {
  readonly ids: number[][];
  readonly mask: number[][];
  readonly logits: Numbers;
  readonly hiddenStates: Numbers[];
  readonly gradients: Record<string, { norm: number; sum: number; first: number[] }>;
}

export const checkpointFolder = (name: string) => join(import.meta.dirname, '../fixtures/checkpoints', name);

export function readReference(name: string): Reference {
  return JSON.parse(readFileSync(join(checkpointFolder(name), 'reference.json'), 'utf8'));
}

export function referenceInput({ ids, mask }: Reference): Required<Pick<ModelInput, 'ids' | 'mask'>> {
  return { ids: tf.tensor2d(ids, undefined, 'int32'), mask: tf.tensor2d(mask, undefined, 'float32') };
}

/** Values at positions that are not padding; those at padding mean nothing. */
export function atTokens(values: ArrayLike<number>, shape: readonly number[], mask: number[][]): number[] {
  const size = shape[2]!;
  return mask
    .flat()
    .flatMap((real, position) =>
      real ? Array.from({ length: size }, (_, at) => values[position * size + at]!) : [],
    );
}

export const valuesOf = (tensor: Tensor): number[] => [...tensor.dataSync()];

/** Σ logits · sin(index), the loss of the Python scripts that write references. */
export function referenceLoss(model: Model, input: ModelInput): Scalar {
  const { logits } = model.forward(input, { training: false });
  return tf.sum(tf.mul(logits, tf.reshape(tf.sin(tf.range(0, logits.size)), logits.shape)));
}

/**
 * Every parameter has the gradient that transformers computed, within 1e-4 of its norm.
 * @param gradientOf the gradient of a parameter, as it lies in a tensor
 * @param least norm that errors are measured by: those of gradients that are zero but for rounding are smaller
 */
export function assertGradients(
  model: Model,
  { gradients }: Pick<Reference, 'gradients'>,
  gradientOf: (name: string) => Float32Array,
  least = 1e-2,
): void {
  assert.deepEqual([...model.parameters.keys()].sort(), Object.keys(gradients).sort());
  for (const [name, { shape }] of model.parameters) {
    const expected = gradients[name]!;
    const gradient = toStored(gradientOf(name), shape);
    const scale = Math.max(expected.norm, least);
    const close = (value: number, wanted: number, what: string) =>
      assert.ok(Math.abs(value - wanted) <= 1e-4 * scale, `${what} of ${name}: ${value}, expected ${wanted}`);
    close(Math.hypot(...gradient), expected.norm, 'norm');
    close(
      gradient.reduce((total, value) => total + value, 0),
      expected.sum,
      'sum',
    );
    expected.first.forEach((value, at) => {
      close(gradient[at]!, value, `[${at}]`);
    });
  }
}
