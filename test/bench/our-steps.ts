import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { StepTime } from './step-time.ts';
import { endHeld, endWithUs, inTurn } from './turns.ts';
import type { Workload } from './workloads.ts';

/** What a turn of our own side took. */
export interface OurTurn {
  readonly times: readonly StepTime[];
  /** Sessions compiled since the process started. */
  readonly compiled: number;
  /** Milliseconds spent in sessions during the turn; the rest of its time is JavaScript's. */
  readonly inSessions: number;
  /** Averaged over the turn. */
  readonly loss: number;
}

export interface TurnRequest {
  readonly workload: Workload['name'];
  readonly threads: number;
  readonly count: number;
}

/** Our steps of one workload, in a process of their own that is held while it is not asked. */
export class OurSteps {
  readonly #process: ChildProcess;

  constructor() {
    this.#process = fork(join(import.meta.dirname, 'our-steps-process.ts'), { execArgv: process.execArgv });
    endWithUs(this.#process);
  }

  time({ name }: Workload, threads: number, count: number): Promise<OurTurn> {
    return inTurn(this.#process, () => {
      const answer = new Promise<OurTurn>((resolve, reject) => {
        const ended = () => reject(new Error(`Our steps of ${name} ended before they answered.`));
        this.#process.once('exit', ended);
        this.#process.once('message', (turn) => {
          this.#process.off('exit', ended);
          resolve(turn as OurTurn);
        });
      });
      this.#process.send({ workload: name, threads, count } satisfies TurnRequest);
      return answer;
    });
  }

  close(): void {
    endHeld(this.#process);
  }
}
