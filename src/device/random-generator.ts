import { createHash } from 'node:crypto';
import { type xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** State of a generator, as it stands in a checkpoint: four 32-bit integers. */
export type RandomState = readonly number[];

/**
 * All randomness of a run comes from generators like this one, each named for its use, so that adding a use does not
 * change what the others draw.
 */
export class RandomGenerator {
  #generator;
  #spareNormal: number | undefined;

  private constructor(generator: ReturnType<typeof xoroshiro128plus>) {
    this.#generator = generator;
  }

  /** A generator for one use of a run's seed: `RandomGenerator.forUse(7, 'dropout')`. */
  static forUse(seed: number, use: string): RandomGenerator {
    const hash = createHash('sha256').update(`${seed}\n${use}`).digest();
    return new RandomGenerator(xoroshiro128plusFromState([0, 4, 8, 12].map((at) => hash.readInt32LE(at))));
  }

  static fromState(state: RandomState): RandomGenerator {
    return new RandomGenerator(xoroshiro128plusFromState(state));
  }

  /** Reading the state forgets a buffered normal, so that a restored generator goes on in the same way. */
  getState(): RandomState {
    this.#spareNormal = undefined;
    return this.#generator.getState();
  }

  /** 32 random bits as a signed integer. */
  nextInt32(): number {
    return this.#generator.next();
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal, by the polar method (Marsaglia & Bray 1964). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = y * scale;
      return x * scale;
    }
  }

  /** 0 … length − 1 in random order (Fisher & Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const value = order[last]!;
      order[last] = order[other]!;
      order[other] = value;
    }
    return order;
  }

  /**
   * Fills with 1 with probability `keep`, else 0; probabilities are exact to 1/65536. One of few binary digits needs
   * few random bits: at 1/2, one draw of 32 bits fills 32 places.
   */
  fillBernoulli(mask: Uint8Array, keep: number): void {
    let threshold = Math.round(keep * 65536);
    let digits = 16;
    while (digits > 1 && threshold % 2 ** (digits / 2) === 0) {
      threshold /= 2 ** (digits / 2);
      digits /= 2;
    }
    const generator = this.#generator;
    const places = 32 / digits;
    const digit = 2 ** digits - 1;
    for (let start = 0; start < mask.length; start += places) {
      let bits = generator.next();
      const end = Math.min(start + places, mask.length);
      for (let index = start; index < end; index++) {
        // The sign of the difference, without a branch that would be guessed wrong every other time.
        mask[index] = ((bits & digit) - threshold) >>> 31;
        bits >>>= digits;
      }
    }
  }
}
