import type { KeptAnswers, ModelAnswers } from '../../src/answers/kept-answers.ts';

/** A model that finds each sample's first class as probable as is said, the second as probable as what is left. */
export function modelAnswering(
  name: string,
  spam: readonly number[],
  labels: readonly number[],
): ModelAnswers {
  const classes: number[] = [];
  const probabilities: number[] = [];
  const losses = spam.map((share, sample) => {
    if (Number.isNaN(share)) {
      classes.push(-1, -1);
      probabilities.push(Number.NaN, Number.NaN);
      return Number.NaN;
    }
    const order = share > 0.5 ? [1, 0] : [0, 1];
    const of = (index: number) => (index === 1 ? share : 1 - share);
    classes.push(...order);
    probabilities.push(...order.map(of));
    return -Math.log(of(labels[sample]!));
  });
  return {
    name,
    kept: 2,
    losses: Float32Array.from(losses),
    classes: Int32Array.from(classes),
    probabilities: Float32Array.from(probabilities),
  };
}

const labels = [0, 0, 0, 1, 1, 1, 0, 1];
const teacher = modelAnswering('teacher', [0.1, 0.2, 0.05, 0.9, 0.8, 0.6, 0.7, 0.3], labels);
const student = modelAnswering('student', [0.2, 0.8, 0.1, 0.7, 0.3, 0.9, 0.6, 0.1], labels);

/** Eight mails: the student alone is wrong at positions 1 and 4, both are at 6 and 7. */
export const mails: KeptAnswers = {
  kind: 'classes',
  unit: 'nats',
  classNames: ['ham', 'spam'],
  content: 'content',
  samples: 'samples',
  compressed: false,
  ids: Int32Array.of(10, 11, 12, 13, 14, 15, 16, 17),
  labels: Int32Array.from(labels),
  lengths: Int32Array.of(5, 50, 8, 20, 100, 7, 9, 30),
  models: [teacher, student],
  missing: [],
};

/** Three texts to continue. */
export const stories: KeptAnswers = {
  ...mails,
  kind: 'losses',
  unit: 'nats per token',
  classNames: [],
  ids: Int32Array.of(0, 1, 2),
  labels: undefined,
  lengths: Int32Array.of(16, 16, 16),
  models: [
    {
      ...teacher,
      kept: 0,
      classes: new Int32Array(),
      probabilities: new Float32Array(),
      losses: Float32Array.of(1, 2, 3),
    },
    {
      ...student,
      kept: 0,
      classes: new Int32Array(),
      probabilities: new Float32Array(),
      losses: Float32Array.of(1.5, 4, 3),
    },
  ],
};
