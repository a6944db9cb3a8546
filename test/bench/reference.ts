import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StepTime } from './step-time.ts';
import { endHeld, endWithUs, inTurn } from './turns.ts';
import type { Workload } from './workloads.ts';

/** The same steps in PyTorch, in a process of their own that is held while it is not asked. */
export class Reference {
  readonly version: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  /** @returns undefined where this Python does not run or has no PyTorch. */
  static async start(python: string): Promise<Reference | undefined> {
    const process = spawn(python, [join(import.meta.dirname, 'reference.py')]);
    const failed = new Promise<undefined>((resolve) => {
      process.once('error', () => resolve(undefined));
      process.once('exit', () => resolve(undefined));
    });
    endWithUs(process);
    process.stderr.resume();
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (!first || first.done) return undefined;
    return new Reference(process, lines, (JSON.parse(first.value) as { version: string }).version);
  }

  private constructor(
    process: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    version: string,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.version = version;
  }

  time({ name, shape }: Workload, threads: number, count: number): Promise<StepTime[]> {
    return inTurn(this.#process, async () => {
      this.#process.stdin.write(`${JSON.stringify({ name, shape, threads, steps: count })}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('The PyTorch process ended before it answered.');
      const { seconds } = JSON.parse(value) as { seconds: [number, number][] };
      return seconds.map(([elapsed, processor]) => ({
        elapsed: elapsed * 1000,
        processor: processor * 1000,
      }));
    });
  }

  close(): void {
    endHeld(this.#process);
  }
}
