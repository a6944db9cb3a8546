import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { promptTexts } from '../../data/text/prompt-texts.ts';
import { promptsOf, type SampleStart } from '../../data/text/prompts.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import type { GeneratedConfig } from '../../experiment/strategies/generated/record.ts';
import { asked, type Question, question, type ReadAnswer, UnusableAnswer } from './questions.ts';

/** A text that a server is to go on with. */
export interface TextToContinue {
  readonly start: SampleStart;
  readonly prompt: string;
  readonly question: Question;
}

/** What is said to a model that was taught to follow instructions, where the data has no prompts of its own. */
const goOn =
  'Go on with the following text in its own words, language and style, from exactly where it ends. Write what comes next and nothing else.\n\n{text}';

/**
 * What a server is asked to write (Kim & Rush 2016): one text from the beginning of each training sample, or as many as
 * are wanted.
 * @throws UserError if no sample has a beginning
 */
export async function textsToContinue(
  dataset: Dataset,
  config: GeneratedConfig,
  server: ServerConfig,
): Promise<TextToContinue[]> {
  const starts = promptsOf(dataset, config);
  const prompts = await promptTexts(dataset, starts);
  const length = dataset.task.text!.length;
  const draws = new Map<string, number>();
  const texts = starts.flatMap((start, index): TextToContinue[] => {
    const prompt = prompts[index]!;
    if (prompt === '') return [];
    const draw = draws.get(prompt) ?? 0;
    draws.set(prompt, draw + 1);
    const most = server.maxTokens ?? Math.max(1, length - start.prompt.length);
    return [{ start, prompt, question: toContinue(prompt, start.own, { server, config, most, draw }) }];
  });
  if (texts.length === 0)
    throw new UserError('No training sample begins with a word that a server could go on from.', {
      remedy: 'Set "promptLength" of the strategy higher.',
    });
  return texts;
}

interface Wanted {
  readonly server: ServerConfig;
  readonly config: GeneratedConfig;
  readonly most: number;
  readonly draw: number;
}

function toContinue(prompt: string, own: boolean, { server, config, most, draw }: Wanted): Question {
  const { temperature, topK, topP, seed } = config;
  const path = server.interface === 'chat' ? 'chat/completions' : 'completions';
  const instruction = server.instruction ?? (own || path === 'completions' ? '{text}' : goOn);
  const text = instruction.replaceAll('{text}', () => prompt);
  const sampling = temperature === 0 ? {} : { top_p: topP, ...(topK !== undefined && { top_k: topK }) };
  return question(
    path,
    { ...asked(path, text), max_tokens: most, temperature, ...sampling, seed: seed + draw },
    text,
    { output: most, draw },
  );
}

export const writtenSchema = z.object({
  text: z.string(),
  /** Whether the model ended it, rather than having been cut off. */
  ended: z.boolean(),
});

/** What a server wrote. */
export type WrittenText = z.infer<typeof writtenSchema>;

const choiceSchema = z.object({
  finish_reason: z.string().nullish(),
  text: z.string().nullish(),
  message: z.object({ content: z.string().nullish() }).nullish(),
});

/** Reasons of servers that say that the model itself ended a text. */
const ends = new Set<unknown>(['stop', 'eos_token', 'end_turn']);

/** An answer that is empty, or was held back, is kept as nothing: it would be the same again. */
export const readWritten: ReadAnswer = (choice, first): WrittenText => {
  const { success, data } = choiceSchema.safeParse(choice);
  const text = data?.message?.content ?? data?.text;
  if (!success || (text === undefined && first))
    throw new UnusableAnswer(
      'without a text',
      'Correct "interface" of the server: "chat" for models that follow instructions, "completions" for base models.',
    );
  if (first && (text ?? '').trim() === '')
    throw new UnusableAnswer(
      `with an empty text${data.finish_reason === 'length' ? ', although it wrote as many tokens as it may' : ''}`,
      'A model that thinks before it answers needs that turned off where the server is started, or a higher "maxTokens"; a base model wants "interface": "completions".',
    );
  return {
    text: data.finish_reason === 'content_filter' ? '' : (text ?? ''),
    ended: ends.has(data.finish_reason),
  };
};
