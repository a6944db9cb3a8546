import '@tensorflow/tfjs-backend-cpu';
import type { Tensor } from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import type { RandomSource } from '../../src/device/random-source.ts';
import { tf } from '../../src/device/tensorflow.ts';

/** The pure JavaScript backend: slow, simple, and the oracle for the others. */
export async function usePlainBackend(): Promise<void> {
  await tf.setBackend('cpu');
  await tf.ready();
}

/** Masks drawn from a seed. */
export function seededMasks(seed: number): RandomSource {
  const generator = RandomGenerator.forUse(seed, 'dropout');
  return {
    bernoulli(shape, keep) {
      const mask = new Uint8Array(shape.reduce((product, size) => product * size, 1));
      generator.fillBernoulli(mask, keep);
      return tf.tensor(mask, [...shape], 'bool');
    },
  };
}

/** Every value within `tolerance` of the expected one, relative to the largest expected value. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} values instead of ${expected.length}`);
  let largest = 1e-3;
  for (let at = 0; at < expected.length; at++) largest = Math.max(largest, Math.abs(expected[at]!));
  for (let at = 0; at < expected.length; at++)
    if (!(Math.abs(actual[at]! - expected[at]!) <= tolerance * largest))
      throw new Error(`${what}[${at}] is ${actual[at]}, expected ${expected[at]}`);
}

export const values = (tensor: Tensor): number[] => [...tensor.dataSync()];
