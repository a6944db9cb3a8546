import { fileURLToPath } from 'node:url';
import type { DataCondition } from '../../answers/conditions.ts';
import { UserError } from '../../base/user-error.ts';
import { parseExperiment } from '../../experiment/parsing/parse.ts';
import type { Problem } from '../../experiment/parsing/problem.ts';
import { mayBeMissing } from '../device.ts';
import type { ModelParts, ModelReport } from '../models/model-report-schema.ts';
import type { ShownSample } from '../samples/sample-schema.ts';
import type { TestSet } from '../samples/shown-samples.ts';
import { type Bounds, usualBounds } from './bounds.ts';
import type { Checker, CheckerOptions, InspectOptions, NamedCheckpoint, SampleViewer } from './checker.ts';
import { unreadableProblems } from './ended.ts';
import type { Request } from './protocol.ts';
import { type Outcome, type Program, ReadingChild } from './reading-child.ts';
import type { ServerCost } from './server-cost.ts';

/** It stays while it is likely to be needed again: a start takes a quarter of a second, and it remembers what it read. */
const idleMs = 120_000;
/** A check that nobody waits for any more may go on for so long, for what it reads is remembered too. */
const abandonedMs = 1_000;

interface Pending {
  readonly request: Request;
  readonly options: CheckerOptions;
  readonly done: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

type WithoutId<R> = R extends Request ? Omit<R, 'id'> : never;

/**
 * Looks at experiments in a process of its own, one after the other, with bounded memory and time: whatever is wrong with
 * the files that an experiment names, this process goes on and can say which file it was. The other one is started when
 * it is needed, and stays for a while.
 */
export class CheckingProcess implements Checker, SampleViewer {
  readonly #program: Program;
  readonly #bounds: Bounds | undefined;
  readonly #waiting: Pending[] = [];
  #active: Pending | undefined;
  #child: ReadingChild | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  /** @param bounds left out: as the environment says when the process starts */
  constructor(program: Program, bounds?: Bounds) {
    this.#program = program;
    this.#bounds = bounds;
  }

  async check(text: string, file: string, options: CheckerOptions = {}): Promise<Problem[]> {
    const { dataDirectory } = options;
    // Looked up here, where what is known of the machine is remembered.
    const devices = options.devices && mayNeed(text) ? await options.devices() : undefined;
    const outcome = await this.#ask(
      {
        type: 'check',
        text,
        file,
        ...(dataDirectory !== undefined && { dataDirectory }),
        ...(devices && { devices: [...devices] }),
      },
      options,
    );
    if (outcome instanceof UserError) return unreadableProblems(text, file, outcome);
    if (outcome.type !== 'checked') throw errorOf(outcome);
    return outcome.problems;
  }

  async inspect(folder: string, { graph, freeze }: InspectOptions = {}): Promise<ModelReport> {
    const outcome = await this.#ask(
      { type: 'inspect', folder, ...(graph && { graph }), ...(freeze && { freeze: [...freeze] }) },
      {},
    );
    if (outcome instanceof UserError) throw outcome;
    if (outcome.type !== 'inspected') throw errorOf(outcome);
    return outcome.report;
  }

  async parts(
    named: NamedCheckpoint,
    options: Pick<CheckerOptions, 'signal'> = {},
  ): Promise<ModelParts | undefined> {
    const outcome = await this.#ask({ type: 'parts', ...named }, options);
    if (outcome instanceof UserError) throw outcome;
    if (outcome.type !== 'parted') throw errorOf(outcome);
    return outcome.parts;
  }

  async show(of: TestSet, positions: readonly number[]): Promise<ShownSample[]> {
    const outcome = await this.#ask({ type: 'show', of, positions: [...positions] }, {});
    if (outcome instanceof UserError) throw outcome;
    if (outcome.type !== 'shown') throw errorOf(outcome);
    return outcome.samples;
  }

  async search(of: TestSet, conditions: readonly DataCondition[]): Promise<number[]> {
    const outcome = await this.#ask({ type: 'search', of, conditions: [...conditions] }, {});
    if (outcome instanceof UserError) throw outcome;
    if (outcome.type !== 'found') throw errorOf(outcome);
    return outcome.positions;
  }

  async cost(text: string, file: string, dataDirectory: string): Promise<ServerCost | undefined> {
    const outcome = await this.#ask({ type: 'cost', text, file, dataDirectory }, {});
    if (outcome instanceof UserError) throw outcome;
    if (outcome.type !== 'estimated') throw errorOf(outcome);
    return outcome.cost;
  }

  dispose(): void {
    clearTimeout(this.#idle);
    for (const { fail } of this.#waiting.splice(0)) fail(aborted());
    this.#active?.fail(aborted());
    this.#child?.end();
  }

  #ask(asked: WithoutId<Request>, options: CheckerOptions): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) {
        reject(aborted());
        return;
      }
      const request = { ...asked, id: ++this.#lastId };
      const pending = { request, options, done: resolve, fail: reject };
      options.signal?.addEventListener('abort', () => this.#abandon(pending), { once: true });
      this.#waiting.push(pending);
      this.#next();
    });
  }

  /** What has not begun is not begun, and what has is ended soon. */
  #abandon(pending: Pending): void {
    pending.fail(aborted());
    const place = this.#waiting.indexOf(pending);
    if (place >= 0) this.#waiting.splice(place, 1);
    setTimeout(() => {
      if (this.#active === pending) this.#child?.end();
    }, abandonedMs).unref();
  }

  #next(): void {
    if (this.#active) return;
    this.#active = this.#waiting.shift();
    if (!this.#active) return;
    const { request, options, done, fail } = this.#active;
    clearTimeout(this.#idle);
    this.#serve(request, options)
      .then(done, fail)
      .finally(() => {
        this.#active = undefined;
        this.#next();
        if (!this.#active) this.#rest();
      });
  }

  async #serve(request: Request, { waiting }: CheckerOptions): Promise<Outcome> {
    if (!this.#child || this.#child.gone)
      this.#child = new ReadingChild(this.#program, this.#bounds ?? usualBounds());
    return this.#child.ask(request, waiting);
  }

  #rest(): void {
    const child = this.#child;
    child?.rest();
    this.#idle = setTimeout(() => child?.end(), idleMs);
    this.#idle.unref();
  }
}

/** Whether a text names a device that may be missing. */
function mayNeed(text: string): boolean {
  const { experiment } = parseExperiment(text);
  return experiment !== undefined && mayBeMissing(experiment.device);
}

function errorOf(outcome: Exclude<Outcome, UserError>): Error {
  if (outcome.type === 'refused') {
    const { message, remedy, place } = outcome;
    return new UserError(message, {
      ...(remedy !== undefined && { remedy }),
      ...(place !== undefined && { place }),
    });
  }
  if (outcome.type !== 'failed')
    return new Error(`An answer of another kind than was asked for: ${outcome.type}`);
  const error = new Error(outcome.message);
  if (outcome.stack !== undefined) error.stack = outcome.stack;
  return error;
}

const aborted = () => new DOMException('Nobody waits for this check any more.', 'AbortError');

/**
 * How to start the process that belongs to an entry of this product: `dist/checker.mjs` beside a bundle; from the sources
 * src/checks/apart/checking-main.ts through tsx. `entry` is the URL of a file directly in dist/ or in a floor of src/.
 */
export function checkingCommand(entry: string): Program['command'] {
  if (!entry.endsWith('.ts')) return [fileURLToPath(new URL('checker.mjs', entry))];
  const main = fileURLToPath(new URL('../checks/apart/checking-main.ts', entry));
  return ['--import', import.meta.resolve('tsx'), main];
}
