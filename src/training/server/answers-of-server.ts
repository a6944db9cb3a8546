import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StopRequested } from '../../base/interruption.ts';
import { onceAcrossProcesses } from '../../base/locks/wait-for-lock.ts';
import { UserError } from '../../base/user-error.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import { hostOf } from '../../models/server/address.ts';
import { answersFile } from '../../models/server/answers-file.ts';
import { type AskOptions, askAll, unanswered } from '../../models/server/ask-all.ts';
import { KeptAnswers } from '../../models/server/kept-answers.ts';
import type { Question, ReadAnswer } from '../../models/server/questions.ts';
import { grouped, type Usage } from '../../models/server/usage.ts';

export interface ServerOptions extends Pick<AskOptions, 'onProgress'> {
  readonly server: ServerConfig;
  /** Its key, if it has one; called only where something is to be asked. @throws UserError where it is missing */
  readonly key: () => string | undefined;
  /** The folder of all caches; each server and model has one of its own in it. */
  readonly cacheDirectory: string;
  /** How many requests somebody has agreed to; undefined: nobody was asked. */
  readonly agreed: number | undefined;
  readonly stopRequested?: StopRequested;
}

/** Answers to all that was asked, whenever that was. */
export interface ServerAnswers {
  /** What all of them took. */
  readonly used: Usage;
  /** Of which this call asked for. */
  readonly asked: number;
  /** Seconds this call took. */
  readonly seconds: number;
  answerTo(question: Question): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The answers of a server to some questions. What was answered before is found; the rest is asked for and kept, by one
 * process at a time.
 * @throws UserError if the server does not answer as it should, nobody agreed to so many requests, or the budget is spent
 * @throws Interruption if asked to end early; what was answered is kept
 */
export async function answersOfServer(
  questions: readonly Question[],
  read: ReadAnswer,
  options: ServerOptions,
): Promise<ServerAnswers> {
  const { server, cacheDirectory, stopRequested } = options;
  const file = answersFile(cacheDirectory, server);
  await mkdir(join(file, '..'), { recursive: true }).catch(() => {});
  const started = performance.now();
  let asked = 0;
  const kept = await onceAcrossProcesses(
    join(file, '..', 'lock'),
    () => allKept(file, questions),
    async () => {
      const writing = await KeptAnswers.open(file);
      try {
        const open = unanswered(questions, writing);
        requireAgreed(open, options);
        asked = open.length;
        if (open.length > 0) await askAll(questions, { ...options, key: options.key(), kept: writing, read });
        return writing;
      } catch (error) {
        await writing.close();
        throw error;
      }
    },
    { stopRequested },
  );
  return {
    used: kept.usedBy(new Set(questions.map(({ key }) => key))),
    asked,
    seconds: (performance.now() - started) / 1000,
    answerTo: ({ key }) => kept.read(key),
    close: () => kept.close(),
  };
}

async function allKept(file: string, questions: readonly Question[]): Promise<KeptAnswers | undefined> {
  const kept = await KeptAnswers.look(file);
  if (!kept) return undefined;
  if (questions.every(({ key }) => kept.has(key))) return kept;
  await kept.close();
  return undefined;
}

/** A run asks for no more than somebody was shown. */
function requireAgreed(open: readonly Question[], { server, agreed }: ServerOptions): void {
  if (open.length <= (agreed ?? 0)) return;
  const wanted = `${grouped(open.length)} request${open.length === 1 ? '' : 's'} to ${hostOf(server)}`;
  throw new UserError(
    agreed === undefined
      ? `This run would make ${wanted}, and nobody has agreed to that.`
      : `This run would make ${wanted}, and only ${grouped(agreed)} were agreed to: the data has changed since.`,
    {
      remedy:
        'Run the experiment by `distillery run` or in VS Code, which show what it takes and ask; its answers are kept for sweeps and later runs.',
    },
  );
}
