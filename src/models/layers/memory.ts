import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/** What attention in one layer keeps of tokens, so that later ones can look at them: (batch, keyValueHeads, tokens, headSize). */
export interface Memory {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The memory of one layer while further tokens are read. */
export class LayerMemory {
  readonly #past: Memory | undefined;
  #kept: Memory | undefined;

  /** @param past left out where these are the first tokens */
  constructor(past?: Memory) {
    this.#past = past;
  }

  /** @returns what was kept before, and after it what is added now */
  extended(added: Memory): Memory {
    const before = this.#past;
    this.#kept = before
      ? {
          keys: tf.concat([before.keys, added.keys], 2),
          values: tf.concat([before.values, added.values], 2),
        }
      : added;
    return this.#kept;
  }

  /** What is kept after these tokens. */
  get kept(): Memory {
    if (!this.#kept) throw new Error('The layer has not been run.');
    return this.#kept;
  }
}
