import type { AnswerPage, AskedOfData, Question, Side } from '../answers/answer-page.ts';
import { answerQuestion } from '../answers/question.ts';
import { noAnswers, readAnswers } from '../answers/read-answers.ts';
import type { SampleViewer } from '../checks/apart/checker.ts';
import type { ShownSample } from '../checks/samples/sample-schema.ts';
import type { TestSet } from '../checks/samples/shown-samples.ts';
import { RunDirectory } from '../worker/directory/run-directory.ts';

/**
 * The test samples that a run's models answered to, as whoever shows samples has them named.
 * @throws UserError where it kept no answers, or its experiment cannot be read
 */
export async function testSetOf({ directory, run }: Pick<Side, 'directory' | 'run'>): Promise<TestSet> {
  const kept = await readAnswers(directory);
  if (!kept) throw noAnswers(run);
  const of = new RunDirectory(directory);
  const { experiment, directory: from } = of.readRequest();
  return {
    dataset: experiment.dataset,
    directory: from,
    student: of.studentDirectory,
    samples: kept.samples,
  };
}

/**
 * Answers a question, whose filter may ask something of the data too.
 * @param ask looks at the answers that were kept
 * @throws UserError where the runs kept none, answered other samples, or the data cannot be searched
 */
export async function askOfAnswers(
  question: Question,
  viewer: Pick<SampleViewer, 'search'>,
  ask: (question: Question) => Promise<AnswerPage | AskedOfData> = answerQuestion,
): Promise<AnswerPage> {
  const first = await ask(question);
  if (!('conditions' in first)) return first;
  const among = await viewer.search(await testSetOf(question.a), first.conditions);
  const answer = await ask({ ...question, among });
  if ('conditions' in answer) throw new Error('What was asked of the data was answered.');
  return answer;
}

/** So many samples are shown at once, which a viewer may be asked for. */
const atOnce = 100;

/** Samples at any number of positions. @throws UserError as SampleViewer.show() */
export async function* samplesAt(
  of: TestSet,
  positions: readonly number[],
  viewer: Pick<SampleViewer, 'show'>,
): AsyncGenerator<ShownSample> {
  for (let from = 0; from < positions.length; from += atOnce)
    yield* await viewer.show(of, positions.slice(from, from + atOnce));
}
