import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Where randomness inside a training step comes from. Masks are made in JavaScript from a generator whose state is
 * part of the checkpoint, so a resumed run draws what an undisturbed one would have drawn.
 */
export interface RandomSource {
  /** A tensor of ones with probability `keep` and zeros otherwise, bool, drawn anew at each replay of a compiled step. */
  bernoulli(shape: readonly number[], keep: number): Tensor;
}
