import { createHash } from 'node:crypto';

/** Chance that is the same again for the same seed: 32 bits at a time, by the generator sfc32. */
export class Random {
  readonly #state: Uint32Array;

  /** @param parts whatever tells one sequence from another: a seed, the kind of a case, its number. */
  constructor(...parts: readonly (string | number)[]) {
    const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
    this.#state = new Uint32Array(4);
    for (let index = 0; index < 4; index++) this.#state[index] = digest.readUInt32LE(4 * index);
  }

  /** A whole number of 32 bits. */
  bits(): number {
    const s = this.#state;
    const sum = (s[0]! + s[1]! + s[3]!) >>> 0;
    s[3] = s[3]! + 1;
    s[0] = s[1]! ^ (s[1]! >>> 9);
    s[1] = s[2]! + (s[2]! << 3);
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
    return sum;
  }

  /** A whole number from 0 up to, but not including, `end`. */
  below(end: number): number {
    return Math.floor((this.bits() / 2 ** 32) * end);
  }

  /** A whole number, both ends included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** 0 ≤ x < 1. */
  fraction(): number {
    return this.bits() / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  shuffled<T>(values: readonly T[]): T[] {
    const mixed = [...values];
    for (let last = mixed.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
    }
    return mixed;
  }
}
