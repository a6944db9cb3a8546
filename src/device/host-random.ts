import { hostInput } from './host-input.ts';
import type { RandomGenerator } from './random-generator.ts';
import type { RandomSource } from './random-source.ts';
import type { tf } from './tensorflow.ts';

/** Masks drawn in JavaScript, so that their randomness is the same on every device and part of a checkpoint. */
export class HostRandom implements RandomSource {
  readonly #generator: RandomGenerator;

  constructor(generator: RandomGenerator) {
    this.#generator = generator;
  }

  bernoulli(shape: readonly number[], keep: number): tf.Tensor {
    const mask = new Uint8Array(shape.reduce((size, length) => size * length, 1));
    return hostInput(shape, 'bool', () => {
      this.#generator.fillBernoulli(mask, keep);
      return mask;
    });
  }
}
