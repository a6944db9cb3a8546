import { Worker } from 'node:worker_threads';
import type { AnswerPage, AskedOfData, Question } from '../../src/answers/answer-page.ts';
import { UserError } from '../../src/base/user-error.ts';
import type { LearningCurve } from '../../src/compare/charts/learning-curves.ts';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import type { ComparisonData } from '../../webview/protocol/comparison.ts';
import type {
  ComparisonReply,
  ComparisonTask,
  FoundSource,
  ReportFormat,
  Wanted,
} from './comparison-worker.ts';

/** So few runs are copied to the thread at once that the host's event loop is not held. */
const pieceSize = 50;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Comparisons and reports, made in a thread of their own, which starts with the first. */
export class Comparisons {
  readonly #file: string;
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** @param file absolute path of the bundled comparison-worker. */
  constructor(file: string) {
    this.#file = file;
  }

  async compare(runs: readonly ComparedRun[]): Promise<ComparisonData> {
    return (await this.#ask(runs, { format: 'data' })) as ComparisonData;
  }

  async report(
    runs: readonly ComparedRun[],
    format: ReportFormat,
    curves?: readonly LearningCurve[],
  ): Promise<string> {
    return (await this.#ask(runs, { format, ...(curves && { curves }) })) as string;
  }

  /** What earlier runs measured against the teacher of an experiment, to be read before it runs; undefined if nothing. */
  async caution(
    experiment: Experiment,
    file: string,
    earlier: readonly ComparedRun[],
  ): Promise<string | undefined> {
    const wanted = { format: 'caution', experiment, file } as const;
    return (await this.#ask(earlier, wanted)) as string | undefined;
  }

  /** What the runs in these folders kept of the answers of their models. */
  async answerSources(directories: readonly string[]): Promise<readonly FoundSource[]> {
    return (await this.#ask([], { format: 'answer-sources', directories })) as readonly FoundSource[];
  }

  /** @throws UserError where a run kept no answers, or the two answered other samples */
  async answers(question: Question): Promise<AnswerPage | AskedOfData> {
    return (await this.#ask([], { format: 'answers', question })) as AnswerPage | AskedOfData;
  }

  async #ask(given: readonly ComparedRun[], wanted: Wanted): Promise<unknown> {
    // Oldest first, as on the command line: what is compared does not depend on how the runs were picked.
    const runs = given.toSorted(
      (one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0) || (one.id < other.id ? -1 : 1),
    );
    const worker = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    const result = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const post = (task: ComparisonTask) => worker.postMessage(task);
    for (let start = 0; start < runs.length; start += pieceSize) {
      post({ id, runs: runs.slice(start, start + pieceSize).map(comparedRun) });
      await new Promise((next) => setImmediate(next));
    }
    post({ id, runs: [], wanted });
    return result;
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#file);
    worker.unref();
    worker.on('message', (reply: ComparisonReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(errorOf(reply));
      else waiting?.resolve(reply.result);
    });
    worker.on('error', (error: Error) => this.#lost(worker, error));
    worker.on('exit', (code) => this.#lost(worker, new Error(`The comparison ended with code ${code}.`)));
    this.#worker = worker;
    return worker;
  }

  /** What waits fails; the next comparison starts a new thread. */
  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  dispose(): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#lost(worker, new Error('Nobody waits for a comparison any more.'));
    void worker.terminate();
  }
}

const errorOf = ({ error, ofUser }: Extract<ComparisonReply, { error: string }>): Error =>
  ofUser
    ? new UserError(error, ofUser.remedy === undefined ? {} : { remedy: ofUser.remedy })
    : new Error(error);

/** What a comparison reads, and nothing more, lest it be copied for nothing. */
function comparedRun({
  id,
  name,
  experiment,
  strategy,
  seed,
  state,
  config,
  result,
  data,
  doubts,
  file,
  createdAt,
  device,
  deviceKind,
  versions,
  host,
}: ComparedRun): ComparedRun {
  return {
    ...{ id, name, experiment, strategy, seed, state, config, result, data, doubts, file, createdAt },
    ...{ device, deviceKind, versions, host },
  };
}
