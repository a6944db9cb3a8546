import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Usage } from './usage.ts';

/** One request that is to be made of a server. */
export interface Question {
  /** Identifies all that the answer follows from, beside server and model. */
  readonly key: string;
  /** Of the interface: 'chat/completions'. */
  readonly path: 'chat/completions' | 'completions';
  /** What is sent, without the name of the model. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Tokens that it is thought to take: those read are estimated from the length of the text, those written are the most. */
  readonly estimate: Pick<Usage, 'input' | 'output'>;
}

/** Bytes of UTF-8 in a token, on average over languages and tokenizers a little more: an estimate is to be no promise that is broken. */
const bytesPerToken = 3.5;
/** What the interface puts around a message. */
const aroundMessage = 8;

/** @param output most tokens of the answer */
export function question(
  path: Question['path'],
  body: Question['body'],
  text: string,
  { output, draw = 0 }: { readonly output: number; readonly draw?: number },
): Question {
  const hash = createHash('sha256').update(JSON.stringify([path, body, draw]));
  return {
    key: hash.digest('base64url').slice(0, 27),
    path,
    body,
    estimate: { input: aroundMessage + Math.ceil(Buffer.byteLength(text) / bytesPerToken), output },
  };
}

/** A text as one of the two interfaces takes it. */
export const asked = (path: Question['path'], text: string): Record<string, unknown> =>
  path === 'completions' ? { prompt: text } : { messages: [{ role: 'user', content: text }] };

/** What questions take together. */
export function estimateOf(questions: Iterable<Question>): Usage {
  let [requests, input, output] = [0, 0, 0];
  for (const { estimate } of questions) {
    requests++;
    input += estimate.input;
    output += estimate.output;
  }
  return { requests, input, output };
}

const tokens = z.number().min(0).max(1e9).nullish();

/** What every answer has, whatever was asked. */
export const answerSchema = z.object({
  model: z.string().max(1024).nullish(),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish(),
  choices: z.array(z.unknown()).min(1).max(16),
});

/** An answer of the interface from which nothing can be made. The message has no full stop. */
export class UnusableAnswer extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/**
 * What is kept of an answer.
 * @param first whether it is the first of all, which is looked at more closely: nothing else has been asked yet
 * @throws UnusableAnswer where all further ones would be of no use either
 */
export type ReadAnswer = (choice: unknown, first: boolean) => unknown;
