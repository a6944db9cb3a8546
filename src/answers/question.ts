import {
  type AnswerPage,
  type AnswerSource,
  type AskedOfData,
  answerPage,
  type Question,
} from './answer-page.ts';
import { type Pair, pairOf } from './pair.ts';
import { noAnswers, readAnswers, readHeader } from './read-answers.ts';

/**
 * The two models of a question side by side.
 * @throws UserError where one of the runs kept no answers, or they answered other samples
 */
export async function pairAsked({ a, b }: Pick<Question, 'a' | 'b'>): Promise<Pair> {
  const [one, other] = [await readAnswers(a.directory), await readAnswers(b.directory)];
  if (!one) throw noAnswers(a.run);
  if (!other) throw noAnswers(b.run);
  return pairOf(one, a.model, other, b.model);
}

/** @throws UserError as {@link pairAsked} */
export const answerQuestion = async (question: Question): Promise<AnswerPage | AskedOfData> =>
  answerPage(await pairAsked(question), question);

/**
 * Which models of a run answered, without reading what they did.
 * @returns undefined where the run kept none
 * @throws UserError if that cannot be read
 */
export async function answerSource(directory: string): Promise<AnswerSource | undefined> {
  const header = await readHeader(directory);
  if (!header) return undefined;
  const { models, missing, classNames, kind, unit, count, compressed, columns } = header;
  return {
    models: models.map(({ name }) => name),
    ...{ missing, classNames, kind, unit, compressed },
    total: count,
    texts: columns.some(({ name }) => name === 'lengths'),
  };
}
