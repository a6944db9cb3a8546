import { RunQueue } from './run-queue.ts';

/**
 * How long processes have given no sign of life. A process that waits for a processor is silent by no fault of its own: only
 * the time counts in which each of their threads had one or wanted none.
 */
export class Silence {
  /** The longest so far, in milliseconds. */
  longestMs = 0;
  readonly #queue: RunQueue;
  readonly #now: () => number;
  #pids: readonly number[] = [];
  #last: number;

  /** @param now in milliseconds */
  constructor(queue = new RunQueue(), now = () => performance.now()) {
    [this.#queue, this.#now, this.#last] = [queue, now, now()];
    this.look([]);
    this.#queue.restart();
  }

  /** Since the last sign, in milliseconds. */
  get ms(): number {
    this.look(this.#pids);
    return Math.max(0, this.#now() - this.#last - this.#queue.longestMs);
  }

  /** Looks how long processes wait; a sign may be late because this one waits. */
  look(pids: readonly number[]): void {
    this.#pids = pids;
    this.#queue.look([process.pid, ...pids]);
  }

  sign(): void {
    if (this.#now() - this.#last > this.longestMs) this.longestMs = Math.max(this.longestMs, this.ms);
    this.#last = this.#now();
    this.#queue.restart();
  }
}
