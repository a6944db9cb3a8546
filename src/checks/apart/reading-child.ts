import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { UserError } from '../../base/user-error.ts';
import { type Bounds, memoryVariable, timeVariable } from './bounds.ts';
import type { Waiting } from './checker.ts';
import { endingProblem } from './ended.ts';
import { type Answer, answerSchema, type Request } from './protocol.ts';

/** A busy machine may take so long to start a process. */
const startSeconds = 60;
const waitingMs = 5_000;
const mostPrinted = 10_000;

export interface Program {
  /** Arguments of Node: options, then what it is to run. */
  readonly command: readonly string[];
  /** Added to the environment, or with undefined taken from it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What a process says to a request; an error of the user's where a file was too much for it. */
export type Outcome = Exclude<Answer, { type: 'begun' | 'reading' }> | UserError;

/** A process that reads foreign files for this one: asked once at a time, and gone for good after its end. */
export class ReadingChild {
  readonly #child: ChildProcess;
  readonly #bounds: Bounds;
  #printed = '';
  #gone = false;

  constructor({ command, environment }: Program, bounds: Bounds) {
    this.#bounds = bounds;
    this.#child = fork(command.at(-1)!, [], {
      execArgv: [`--max-old-space-size=${Math.floor(bounds.megabytes)}`, ...command.slice(0, -1)],
      env: {
        ...process.env,
        ...environment,
        [memoryVariable]: `${bounds.megabytes}`,
        [timeVariable]: `${bounds.seconds}`,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // What it prints keeps nobody waiting.
    (this.#child.stderr as Socket).unref();
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#printed = (this.#printed + text).slice(-mostPrinted);
    });
    this.#child.on('error', () => {});
    this.#child.once('exit', () => {
      this.#gone = true;
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** @throws Error if the process cannot be started, or says what it should not */
  ask(request: Request, waiting: Waiting | undefined): Promise<Outcome> {
    const child = this.#child;
    child.ref();
    child.channel?.ref();
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      let file: string | undefined;
      let late = false;
      const limitTo = (seconds: number) =>
        setTimeout(() => {
          late = true;
          this.end();
        }, seconds * 1000);
      let limit = limitTo(this.#bounds.seconds + startSeconds);
      const telling = setInterval(() => {
        if (file !== undefined) waiting?.(file, Math.round((performance.now() - begun) / 1000));
      }, waitingMs);
      const settle = (done: () => void) => {
        clearTimeout(limit);
        clearInterval(telling);
        child.off('message', heard).off('close', ended).off('error', failed);
        done();
      };
      const failed = (error: Error) => settle(() => reject(error));
      const ended = (code: number | null, signal: NodeJS.Signals | null) =>
        settle(() =>
          resolve(endingProblem({ file, late, code, signal, printed: this.#printed }, this.#bounds)),
        );
      const heard = (message: unknown) => {
        const answer = answerSchema.safeParse(message);
        if (!answer.success) {
          this.end();
          failed(new Error('The process that reads files said what it should not', { cause: answer.error }));
          return;
        }
        const { data } = answer;
        if (data.type === 'reading') file = data.file;
        else if (data.type === 'begun') {
          clearTimeout(limit);
          limit = limitTo(this.#bounds.seconds);
        } else if (data.id === request.id) settle(() => resolve(data));
      };
      // Not 'exit': what it printed last comes before 'close' only.
      child.on('message', heard).on('close', ended).on('error', failed);
      // That it is gone is heard of as its end.
      child.send(request, () => {});
    });
  }

  /** From now on it does not keep this process from its end. */
  rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  end(): void {
    this.#gone = true;
    this.#child.kill('SIGKILL');
  }
}
