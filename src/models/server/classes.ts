import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import { asked, type Question, question, type ReadAnswer, UnusableAnswer } from './questions.ts';

/** More classes have no letters. */
export const mostClasses = 26;
const mostTokens = 8;
const mostHosted = 20;

/** Texts without content, as Zhao et al. (2021) took them. */
const contentFree = ['N/A', '[MASK]', ''] as const;

/**
 * What a model is to answer for each class: its name, or a letter where names begin alike. No answer then begins with
 * another, and the first token of one tells which it is, however the model cuts words into tokens.
 * @throws UserError where there are more classes than letters
 */
export function answerWords(classNames: readonly string[]): readonly string[] {
  const begins = classNames.map((name) => [...name.trim().toLowerCase()][0] ?? '');
  if (new Set(begins).size === begins.length && begins.every((begin) => /[\p{L}\p{N}]/u.test(begin)))
    return classNames.map((name) => name.trim());
  if (classNames.length > mostClasses)
    throw new UserError(
      `A server is asked about ${mostClasses} classes at most, and the dataset has ${classNames.length}.`,
      { remedy: 'Use fewer "classes", or a teacher with a "model" or a "checkpoint".' },
    );
  return classNames.map((_, index) => String.fromCharCode(65 + index));
}

const byName =
  'Which of these classes does the text belong to: {classes}? Answer with the name of the class and nothing else.\n\nText: {text}\n\nClass:';
const byLetter =
  'Which of these classes does the text belong to?\n{classes}\nAnswer with the letter of the class and nothing else.\n\nText: {text}\n\nLetter:';

/** A question for the class of a text. @throws UserError where the instruction does not name the letters */
export function classQuestion(text: string, classNames: readonly string[], server: ServerConfig): Question {
  const words = answerWords(classNames);
  const letters = words.some((word, index) => word !== classNames[index]!.trim());
  const instruction = server.instruction ?? (letters ? byLetter : byName);
  if (letters && !instruction.includes('{classes}'))
    throw new UserError(
      'The names of some classes begin alike, so that letters stand for them, and the instruction has no {classes} to tell which.',
      { remedy: 'Add {classes} to "instruction" of the server.' },
    );
  const list = letters
    ? words.map((word, index) => `${word}: ${classNames[index]!.trim()}`).join('\n')
    : words.map((word) => JSON.stringify(word)).join(', ');
  const whole = instruction.replaceAll(/\{(classes|text)\}/g, (_, name) => (name === 'text' ? text : list));
  const chat = server.interface === 'chat';
  const path = chat ? 'chat/completions' : 'completions';
  const top = server.logProbabilities;
  const wanted =
    top === 0 ? {} : chat ? { logprobs: true, top_logprobs: Math.min(top, mostHosted) } : { logprobs: top };
  return question(path, { ...asked(path, whole), max_tokens: mostTokens, temperature: 0, ...wanted }, whole, {
    output: mostTokens,
  });
}

/** What is asked of a server to learn its answers to texts, by the id of the sample, and to texts without content. */
export interface ClassQuestions {
  readonly samples: ReadonlyMap<number, Question>;
  readonly contentFree: readonly Question[];
}

/** @throws UserError as {@link classQuestion} */
export async function classQuestions(
  { subset, trainingRows, classNames }: Dataset,
  server: ServerConfig,
): Promise<ClassQuestions> {
  if (!trainingRows) throw new Error('Only texts have classes that a server can be asked for.');
  const wanted = new Set<number>();
  for (let position = 0; position < subset.size; position++)
    wanted.add(subset.batch(Int32Array.of(position), 1).sampleIds[0]!);
  const samples = new Map<number, Question>();
  let sample = 0;
  for await (const { text, second } of trainingRows()) {
    const whole = second === undefined ? text : `${text}\n\n${second}`;
    if (wanted.has(sample)) samples.set(sample, classQuestion(whole, classNames, server));
    sample++;
  }
  const free = server.calibrate && server.logProbabilities > 0 ? contentFree : [];
  return { samples, contentFree: free.map((text) => classQuestion(text, classNames, server)) };
}

export const chosenSchema = z.object({
  text: z.string(),
  /** The most probable first tokens and their natural logarithms; empty where the server tells none. */
  top: z.array(z.tuple([z.string(), z.number()])),
});

/** What a server answered when it was asked for a class. */
export type Chosen = z.infer<typeof chosenSchema>;

const logarithm = z
  .number()
  .nullish()
  .transform((value) => (value == null || Number.isNaN(value) ? -1e3 : Math.max(-1e3, Math.min(0, value))));
const tokenSchema = z.object({ token: z.string(), logprob: logarithm });
const choiceSchema = z.object({
  text: z.string().nullish(),
  message: z.object({ content: z.string().nullish() }).nullish(),
  logprobs: z
    .union([
      z.object({
        content: z.array(tokenSchema.extend({ top_logprobs: z.array(tokenSchema).nullish() })),
      }),
      z.object({
        tokens: z.array(z.string()),
        top_logprobs: z.array(z.record(z.string(), logarithm).nullable()).nullish(),
      }),
    ])
    .nullish()
    .catch(undefined),
});

/** The first place of an answer that is not white space, as pairs of token and logarithm. */
function firstPlace(logprobs: z.output<typeof choiceSchema>['logprobs']): Chosen['top'] {
  if (!logprobs) return [];
  if ('content' in logprobs) {
    const place = logprobs.content.find(({ token }) => token.trim() !== '');
    return (place?.top_logprobs ?? []).map(({ token, logprob }) => [token, logprob]);
  }
  const at = logprobs.tokens.findIndex((token) => token.trim() !== '');
  return Object.entries(logprobs.top_logprobs?.[at] ?? {});
}

/** Answers as they are kept. @param words what may be answered */
export const readChosen =
  (words: readonly string[]): ReadAnswer =>
  (choice, first): Chosen => {
    const { success, data } = choiceSchema.safeParse(choice);
    const text = data?.message?.content ?? data?.text;
    if (!success || (text === undefined && first))
      throw new UnusableAnswer(
        'without a text',
        'Correct "interface" of the server: "chat" for models that follow instructions, "completions" for base models.',
      );
    const chosen = { text: (text ?? '').slice(0, 1000), top: firstPlace(data.logprobs) };
    if (first && !probabilitiesOf(chosen, words))
      throw new UnusableAnswer(
        `${JSON.stringify(chosen.text.slice(0, 60))} is none of the classes ${words.slice(0, 5).join(', ')}${words.length > 5 ? ' …' : ''}`,
        'Say in "instruction" what is to be answered, with {classes} and {text}. A model that thinks before it answers needs that turned off where the server is started; a base model wants "interface": "completions".',
      );
    return chosen;
  };

/** Whether an answer, or its first token, is the beginning of a word, or the word and no further letter. */
export function begins(token: string, word: string): boolean {
  const [one, other] = [
    token
      .trim()
      .replace(/^["'“‘*]+/, '')
      .toLowerCase(),
    word.toLowerCase(),
  ];
  if (one === '') return false;
  return other.startsWith(one) || (one.startsWith(other) && !/^[\p{L}\p{N}]/u.test(one.slice(other.length)));
}

/** An answer that gives the classes less than this together is one to another question. */
const leastMass = 0.01;
const least = 1e-8;

/**
 * Probabilities of the classes by the first token of an answer, normalized over the classes; of an answer without
 * logarithms all of it for one class. A class that is not among the tokens told has at most the probability of the least
 * of them, and its part of what is left.
 * @returns undefined where the answer is none of the words
 */
export function probabilitiesOf({ text, top }: Chosen, words: readonly string[]): number[] | undefined {
  const said = words.findIndex((word) => begins(text, word));
  if (top.length === 0) return said < 0 ? undefined : words.map((_, index) => Number(index === said));
  const masses = words.map((word) =>
    top.reduce((sum, [token, logprob]) => sum + (begins(token, word) ? Math.exp(logprob) : 0), 0),
  );
  const known = masses.reduce((sum, mass) => sum + mass, 0);
  if (known < leastMass && said < 0) return undefined;
  const all = top.reduce((sum, [, logprob]) => sum + Math.exp(logprob), 0);
  const missing = masses.filter((mass) => mass === 0).length;
  const bound = Math.min(
    Math.exp(Math.min(...top.map(([, logprob]) => logprob))),
    Math.max(0, 1 - all) / (missing + 1),
  );
  return normalized(masses.map((mass) => (mass === 0 ? Math.max(least, bound) : mass)));
}

export function normalized(values: readonly number[]): number[] {
  const sum = values.reduce((before, value) => before + value, 0);
  return values.map((value) => value / sum);
}

/** A smaller share of texts without content would be divided by next to nothing. */
const leastFree = 1e-3;

/**
 * Contextual calibration (Zhao et al. 2021, W = diag(p_cf)⁻¹, b = 0): the probabilities of the classes over those that
 * texts without content get, normalized.
 */
export const calibrated = (probabilities: readonly number[], free: readonly number[]): number[] =>
  normalized(probabilities.map((value, index) => value / Math.max(leastFree, free[index]!)));
