import type { TaskRecord } from './task-record.ts';

/** Each text has any number of labels. */
export const textMultiLabel = {
  goal: 'classification',
  title: 'multi-label text classification',
  pipeline: 'text-classification',
  problem: 'multi_label_classification',
  samples: 'texts with several labels',
  answers: 'labels',
  continuesTexts: false,
  judgedBy: 'microF1',
  shownBy: 'microF1',
} as const satisfies TaskRecord;
