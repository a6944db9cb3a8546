import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';

/** Enough for sixteen terms that compare 256 pairs of layers each, the most that an experiment may ask for. */
const capacity = 16 * 256 + 64;

/**
 * Sums of named scalars over optimizer steps, kept on the device: reading a value back makes the device wait, so it is
 * done once in many steps and still misses none of them.
 */
export class StepMetrics {
  #names: readonly string[] = [];
  readonly #sums: Variable = tf.tidy(() => tf.variable(tf.zeros([capacity]), false));
  #steps = 0;

  /** Adds the values of one batch; call inside a compiled step, with the same names in the same order each time. */
  add(values: Readonly<Record<string, Scalar>>): void {
    const names = Object.keys(values);
    if (names.length > capacity) throw new RangeError(`A step reports at most ${capacity} values.`);
    if (names.length > this.#names.length) this.#names = names;
    const row = tf.pad(tf.stack(Object.values(values)), [[0, capacity - names.length]]);
    this.#sums.assign(tf.add(this.#sums, row));
  }

  /** Call after each optimizer step, outside the compiled one. */
  countStep(): void {
    this.#steps++;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Means over the optimizer steps since the last call. */
  async take(): Promise<Record<string, number>> {
    const sums = await this.#sums.data();
    const steps = this.#steps;
    this.#steps = 0;
    tf.tidy(() => this.#sums.assign(tf.zeros([capacity])));
    return Object.fromEntries(this.#names.map((name, index) => [name, sums[index]! / steps]));
  }

  dispose(): void {
    this.#sums.dispose();
  }
}
