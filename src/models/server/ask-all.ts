import { setTimeout as sleep } from 'node:timers/promises';
import { heed, Interruption, type StopReason, type StopRequested } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { NetworkProblem } from '../../data/network/request.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import { hostOf } from './address.ts';
import { exchange, NoAnswer, ServerRefusal } from './exchange.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { problemOf } from './problems.ts';
import { answerSchema, type Question, type ReadAnswer, UnusableAnswer } from './questions.ts';
import { beyondBudget, noUsage, sumOf, type Usage, usageText } from './usage.ts';

/** How long what is on its way is waited for where nothing more is to be asked: it may have been paid. */
const graceMs = 10_000;
const listenMs = 100;
const budgetPollMs = 20;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A server that asks to be left alone for longer ends the run. */
const longestWaitMs = 600_000;
/** Of one question, however well others fare. */
const mostAttempts = 20;

export interface AskOptions {
  readonly server: ServerConfig;
  readonly key: string | undefined;
  readonly kept: KeptAnswers;
  readonly read: ReadAnswer;
  readonly stopRequested?: StopRequested | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Asks whatever is not answered yet, several questions at once, each answer kept as it comes. The longest question goes
 * first and alone, so that what is wrong with the server is found out by one.
 * @throws UserError if the server does not answer as it should, or the budget is spent; what came is kept
 * @throws Interruption if asked to end early
 */
export async function askAll(questions: readonly Question[], options: AskOptions): Promise<void> {
  await new Asking(questions, options).all();
}

/** Each question once. */
export const unanswered = (
  questions: Iterable<Question>,
  kept: Pick<KeptAnswers, 'has'> | undefined,
): Question[] => {
  const open = new Map<string, Question>();
  for (const question of questions) if (!kept?.has(question.key)) open.set(question.key, question);
  return [...open.values()];
};

class Asking {
  readonly #options: AskOptions;
  readonly #open: Question[];
  readonly #total: number;
  readonly #aborting = new AbortController();
  #done: number;
  #answers = 0;
  /** What the answers took that are kept, those of earlier runs included. */
  #used: Usage;
  /** Who gave them. */
  #model: string | undefined;
  /** What is on its way, as it was estimated. */
  #underway: Usage = noUsage;
  /** Attempts that may have been paid, without an answer. */
  #lost: Usage = noUsage;
  #pauseUntil = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(questions: readonly Question[], options: AskOptions) {
    this.#options = options;
    this.#open = unanswered(questions, options.kept);
    const keys = new Set(questions.map(({ key }) => key));
    this.#total = keys.size;
    this.#used = options.kept.usedBy(keys);
    this.#model = options.kept.modelOf(keys);
    this.#done = this.#total - this.#open.length;
  }

  async all(): Promise<void> {
    const { stopRequested, server, onProgress } = this.#options;
    if (this.#open.length === 0) return;
    onProgress?.(this.#done, this.#total);
    const stopListening = this.#listen(stopRequested);
    try {
      await this.#ask(this.#takeLongest(), true);
      await Promise.all(
        Array.from({ length: Math.min(server.parallel, this.#open.length) }, () => this.#worker()),
      );
    } finally {
      stopListening();
    }
    if (this.#failure) throw this.#failure.error;
  }

  #takeLongest(): Question {
    const longest = this.#open.reduce(
      (best, { estimate }, at) => (estimate.input > this.#open[best]!.estimate.input ? at : best),
      0,
    );
    return this.#open.splice(longest, 1)[0]!;
  }

  async #worker(): Promise<void> {
    for (let next = this.#next(); next; next = this.#next()) await this.#ask(next);
  }

  #next(): Question | undefined {
    return this.#failure ? undefined : this.#open.shift();
  }

  /** Hears of a stop while nothing else happens. @returns what ends listening */
  #listen(stopRequested: StopRequested | undefined): () => void {
    if (!stopRequested) return () => {};
    const timer = setInterval(() => {
      const reason = stopRequested();
      if (reason) this.#end(new Interruption(reason), reason);
    }, listenMs);
    return () => clearInterval(timer);
  }

  /** Nothing more is asked; what is on its way is waited for a while. */
  #end(error: unknown, reason: StopReason = 'stop'): void {
    if (reason === 'cancel') this.#aborting.abort(error);
    if (this.#failure) return;
    this.#failure = { error };
    setTimeout(() => this.#aborting.abort(error), graceMs).unref();
  }

  async #ask(question: Question, first = false): Promise<void> {
    if (this.#failure) return;
    try {
      await this.#requireBudget(question);
      const estimated = { requests: 1, ...question.estimate };
      this.#underway = sumOf(this.#underway, estimated);
      try {
        await this.#patiently(question, first);
      } finally {
        this.#underway = sumOf(this.#underway, negative(estimated));
      }
      this.#answers++;
      this.#done++;
      this.#options.onProgress?.(this.#done, this.#total);
    } catch (error) {
      this.#end(this.#aborting.signal.aborted ? error : problemOf(error, this.#options.server));
    }
  }

  /** Again and again while that is of use. */
  async #patiently(question: Question, first: boolean): Promise<void> {
    const { server, stopRequested } = this.#options;
    let failures = 0;
    let seen = this.#answers;
    for (let attempt = 1; ; attempt++) {
      await this.#wait();
      if (stopRequested) heed(stopRequested);
      try {
        await this.#once(question, first);
        return;
      } catch (error) {
        this.#aborting.signal.throwIfAborted();
        if (!isTemporary(error)) throw error;
        // A server that has answered meanwhile is there.
        failures = this.#answers > seen ? 1 : failures + 1;
        seen = this.#answers;
        const wanted = error instanceof ServerRefusal ? error.retryAfterMs : undefined;
        if (failures >= server.attempts || attempt >= mostAttempts || (wanted ?? 0) > longestWaitMs)
          throw error;
        // Whoever gave no answer may have begun one.
        if (!(error instanceof ServerRefusal))
          this.#lost = sumOf(this.#lost, { requests: 1, ...question.estimate });
        const pause = wanted ?? Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
        const until = performance.now() + pause;
        // A server that is busy is busy for all.
        if (error instanceof ServerRefusal && error.status === 429)
          this.#pauseUntil = Math.max(this.#pauseUntil, until);
        else await this.#sleep(pause);
      }
    }
  }

  async #wait(): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) await this.#sleep(left);
  }

  #left(): number {
    return this.#failure ? 0 : this.#pauseUntil - performance.now();
  }

  /** Ends with the wait for what is on its way. */
  async #sleep(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.#failure && performance.now() < until)
      await sleep(Math.min(listenMs, until - performance.now()));
    if (this.#failure) throw this.#failure.error;
  }

  async #once(question: Question, first: boolean): Promise<void> {
    const { server, key, kept, read } = this.#options;
    const { signal } = this.#aborting;
    const response = await exchange(
      question.path,
      { model: server.model, ...question.body },
      { server, key, signal },
    );
    const { model, usage, choice } = partsOf(response);
    const served = model ?? server.model;
    this.#model ??= served;
    if (this.#model !== served) throw otherModel(server, this.#model, served);
    const took: Usage = {
      requests: 1,
      input: usage?.prompt_tokens ?? question.estimate.input,
      output: usage?.completion_tokens ?? question.estimate.output,
    };
    await kept.add({ key: question.key, model: served, usage: took, answer: read(choice, first) });
    this.#used = sumOf(this.#used, took);
  }

  /**
   * Waits while what is on its way may take what is left.
   * @throws UserError where one question more might go beyond what may be used up
   */
  async #requireBudget({ estimate }: Question): Promise<void> {
    const { server } = this.#options;
    const beyond = () => {
      const used = sumOf(sumOf(this.#used, this.#lost), this.#underway);
      return beyondBudget(sumOf(used, { requests: 1, ...estimate }), server);
    };
    while (beyond() && this.#underway.requests > 0) await this.#sleep(budgetPollMs);
    const spent = beyond();
    if (!spent) return;
    throw new UserError(
      `The budget of ${spent.limit} for ${hostOf(server)} is spent: ${usageText(this.#used, server)}; ${this.#done} of ${this.#total} questions are answered.`,
      {
        remedy: `Raise "${spent.option}" in "budget" of the server and run the experiment again, or ask for fewer samples. What was answered is kept.`,
      },
    );
  }
}

const negative = ({ requests, input, output }: Usage): Usage => ({
  requests: -requests,
  input: -input,
  output: -output,
});

const isTemporary = (error: unknown): boolean =>
  error instanceof ServerRefusal
    ? error.isTemporary
    : error instanceof NoAnswer
      ? error.isTemporary
      : error instanceof NetworkProblem;

function partsOf(response: unknown) {
  const { success, data } = answerSchema.safeParse(response);
  if (!success)
    throw new UnusableAnswer(
      'not as the interface has it: there are no "choices"',
      'Correct "url" of the server: it names the beginning of an OpenAI-compatible interface, mostly up to /v1.',
    );
  return { ...data, choice: data.choices[0] };
}

const otherModel = (server: ServerConfig, first: string, now: string): UserError =>
  new UserError(
    `${hostOf(server)} answered as ${JSON.stringify(first)} at first, and answers as ${JSON.stringify(now)} now: the student would learn from two teachers.`,
    {
      remedy: `Name one of them in "model" of the server, with its version or date, so that it stays the same; or have the server load ${JSON.stringify(first)} again, and resume the run. What it answered is kept.`,
    },
  );
