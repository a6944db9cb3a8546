import type { TaskRecord } from './task-record.ts';

/** Each text has a number. */
export const textRegression = {
  goal: 'classification',
  title: 'text regression',
  pipeline: 'text-classification',
  problem: 'regression',
  samples: 'texts to rate with a number',
  answers: 'numbers',
  continuesTexts: false,
  judgedBy: 'r2',
  shownBy: 'r2',
} as const satisfies TaskRecord;
