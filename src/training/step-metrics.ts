import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';

/** Enough for sixteen terms that compare 256 pairs of layers each, the most that an experiment may ask for. */
const capacity = 16 * 256 + 64;

/** Values of which some steps have none. */
export interface OfSomeSteps {
  /** Added up over the batches of a step: 1, or 0 where it has none. */
  readonly share: Scalar;
  readonly names: readonly string[];
}

/**
 * Sums of named scalars over optimizer steps, kept on the device: reading a value back makes the device wait, so it is
 * done once in many steps and still misses none of them.
 */
export class StepMetrics {
  #names: readonly string[] = [];
  /** The last is how many steps had {@link OfSomeSteps}. */
  readonly #sums: Variable = tf.tidy(() => tf.variable(tf.zeros([capacity + 1]), false));
  #ofSome: ReadonlySet<string> = new Set();
  #steps = 0;

  /** Adds the values of one batch; call inside a compiled step, with the same names in the same order each time. */
  add(values: Readonly<Record<string, Scalar>>, ofSome?: OfSomeSteps): void {
    const names = Object.keys(values);
    if (names.length > capacity) throw new RangeError(`A step reports at most ${capacity} values.`);
    if (names.length > this.#names.length) this.#names = names;
    const stacked = tf.stack(Object.values(values));
    const padded = (length: number) => tf.pad(stacked, [[0, length - names.length]]);
    const row = ofSome ? tf.concat([padded(capacity), tf.reshape(ofSome.share, [1])]) : padded(capacity + 1);
    if (ofSome) this.#ofSome = new Set(ofSome.names);
    this.#sums.assign(tf.add(this.#sums, row));
  }

  /** Call after each optimizer step, outside the compiled one. */
  countStep(): void {
    this.#steps++;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Means over the optimizer steps since the last call; NaN where none of them has the value. */
  async take(): Promise<Record<string, number>> {
    const sums = await this.#sums.data();
    const steps = this.#steps;
    this.#steps = 0;
    tf.tidy(() => this.#sums.assign(tf.zeros([capacity + 1])));
    return Object.fromEntries(
      this.#names.map((name, index) => [
        name,
        sums[index]! / (this.#ofSome.has(name) ? sums[capacity]! : steps),
      ]),
    );
  }

  dispose(): void {
    this.#sums.dispose();
  }
}
