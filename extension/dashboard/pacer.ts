/**
 * Calls `flush` for what was announced, at once after a quiet time and else at most every `pauseMs`; one call at a time,
 * and none after the end.
 */
export class Pacer {
  readonly #pauseMs: number;
  readonly #flush: () => void | Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  #ended = false;
  #last = Number.NEGATIVE_INFINITY;

  /** @param flush handles its own errors. */
  constructor(pauseMs: number, flush: () => void | Promise<void>) {
    this.#pauseMs = pauseMs;
    this.#flush = flush;
  }

  announce(): void {
    if (this.#ended || this.#timer !== undefined) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    const wait = Math.max(0, this.#last + this.#pauseMs - performance.now());
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#last = performance.now();
    this.#busy = true;
    try {
      await this.#flush();
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.announce();
      }
    }
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
