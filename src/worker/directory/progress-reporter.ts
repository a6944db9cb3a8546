import type { EventLog } from './event-log.ts';
import type { Phase } from './events.ts';

const intervalMs = 200;
const windowMs = 5_000;

/** Writes progress of one phase, at most five times a second, with the rate over the last seconds. */
export class ProgressReporter {
  readonly #log: EventLog;
  readonly #phase: Phase;
  readonly #unit: string;
  #lastWritten = -Infinity;
  #seen: { time: number; done: number }[] = [];

  constructor(log: EventLog, phase: Phase, unit: string) {
    this.#log = log;
    this.#phase = phase;
    this.#unit = unit;
  }

  report(done: number, total: number): void {
    const now = performance.now();
    if (done < total && now - this.#lastWritten < intervalMs) return;
    this.#lastWritten = now;
    this.#seen.push({ time: now, done });
    this.#seen = this.#seen.filter(({ time }) => now - time <= windowMs);
    const first = this.#seen[0]!;
    const rate = now > first.time ? (1000 * (done - first.done)) / (now - first.time) : null;
    this.#log.append({ type: 'progress', phase: this.#phase, done, total, unit: this.#unit, rate });
  }
}
