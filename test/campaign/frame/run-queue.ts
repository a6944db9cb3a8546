import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How long threads have been ready to run while others had the processors. Linux tells it; where it is not told, nobody has
 * waited.
 */
export class RunQueue {
  readonly #processes: string;
  /** Nanoseconds that each thread had waited when it was looked at last, and when the count began. */
  #latest = new Map<string, number>();
  #before = new Map<string, number>();
  #longest = 0;

  /** @param processes the folder in which the system tells of its processes */
  constructor(processes = '/proc') {
    this.#processes = processes;
  }

  /** Of the thread that has waited longest since the count began, in milliseconds, as of the last look. */
  get longestMs(): number {
    return this.#longest / 1e6;
  }

  /** To be called from time to time, for a thread that has ended tells nothing. */
  look(pids: Iterable<number>): void {
    const latest = new Map<string, number>();
    for (const pid of pids)
      for (const thread of threadsOf(join(this.#processes, `${pid}`, 'task'))) {
        const waited = waitedIn(textOf(thread));
        latest.set(thread, waited);
        this.#longest = Math.max(this.#longest, waited - (this.#before.get(thread) ?? 0));
      }
    this.#latest = latest;
  }

  /** Begins to count anew, from what was seen last. */
  restart(): void {
    this.#before = this.#latest;
    this.#longest = 0;
  }
}

/** The second number: nanoseconds on the run queue. */
const waitedIn = (schedstat: string) => Number(schedstat.split(' ')[1] ?? 0);

function threadsOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((thread) => join(folder, thread, 'schedstat'));
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Milliseconds that the main thread of this process has waited for a processor: cheap enough to be asked for each input. */
export class OwnWait {
  readonly #descriptor = open('/proc/self/schedstat');
  readonly #bytes = Buffer.alloc(100);

  get ms(): number {
    if (this.#descriptor === undefined) return 0;
    const length = readSync(this.#descriptor, this.#bytes, 0, this.#bytes.length, 0);
    return waitedIn(this.#bytes.toString('latin1', 0, length)) / 1e6;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

function open(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch {
    return undefined;
  }
}
