import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { type AcrossTally, mostTokensOfSpan } from '../../data/text/across/across-data.ts';
import type { TeacherNeeds } from '../../strategies/strategy.ts';
import { needsTeacher } from '../../training/teacher/teacher-source.ts';
import type { Job } from './job.ts';

const percent = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;

/** @throws UserError where a strategy compares tokens of two vocabularies, or goes across one */
export function requireTokensFor(needs: TeacherNeeds, ofTeacher: Dataset | undefined): void {
  if (ofTeacher && needsTeacher(needs) && !needs.across)
    throw new UserError(
      'The teacher has a tokenizer of its own, and the strategy compares it with the student token by token.',
      {
        remedy:
          'Use strategy "sequence" with "across": "gold" (tokens of the same text, and all others sorted) or "uld" (sorted probabilities), or strategy "generated"; or take "tokenizer" of the teacher away.',
      },
    );
  if (!ofTeacher && needs.across)
    throw new UserError(
      'The strategy goes across tokenizers, and the teacher has none of its own: it reads the student’s tokens.',
      { remedy: 'Give the teacher a "tokenizer", or take "across" away.' },
    );
}

/** What is compared across two tokenizers, for people: beside the result, which rests on it. */
export function toldOf({ vocabularies, spans, single, bytes, compared }: AcrossTally): string {
  const { teacher, student, pairs } = vocabularies;
  return `Learned across tokenizers: ${pairs} of the teacher’s ${teacher} tokens (${percent(pairs, teacher)}) and of the student’s ${student} (${percent(pairs, student)}) are the same text; of ${spans} spans that both cut alike ${percent(single, spans)} are one token of each; ${percent(bytes - compared, bytes)} of the text is in none that is compared (unknown words, the beginnings of samples, prompts, spans of more than ${mostTokensOfSpan} tokens).`;
}

/**
 * Says what the figures of two models rest on that read the same text as different tokens, and where even bits per byte
 * say less than they seem to.
 */
export function warnOfOtherTokens(job: Job, student: Dataset, teacher: Dataset): void {
  const lossy = (
    [
      ['student', student],
      ['teacher', teacher],
    ] as const
  ).flatMap(([who, { amount, tokenizer }]) => {
    if (!amount || !tokenizer) return [];
    const unknown =
      amount.unknown > 0
        ? [`${percent(amount.unknown, amount.tokens)} of the test tokens are unknown to it`]
        : [];
    const sample = 'Ab  c';
    const back = tokenizer.decode(tokenizer.encode(sample)).trim();
    const changed = back === sample ? [] : ['capitals or white space are not told from its tokens'];
    const told = [...unknown, ...changed];
    return told.length > 0 ? [`for the ${who}, ${told.join(' and ')}`] : [];
  });
  const limits =
    job.request.experiment.dataset &&
    'testLimit' in job.request.experiment.dataset &&
    job.request.experiment.dataset.testLimit !== undefined
      ? ' "testLimit" counts samples, so the two are tested on different stretches of the text.'
      : '';
  job.warn(
    `Teacher and student read the text as different tokens: accuracy, loss and perplexity per token of the two cannot be compared, bits per byte can.${lossy.length > 0 ? ` Those leave out what tokens do not tell, which makes them look better: ${lossy.join('; ')}.` : ''}${limits}`,
    'other-tokens',
  );
}
