import type { TaskRecord } from './task-record.ts';

/** Each text is of one class. */
export const textClassification = {
  goal: 'classification',
  title: 'text classification',
  pipeline: 'text-classification',
  problem: 'single_label_classification',
  samples: 'texts to classify',
  answers: 'classes',
  continuesTexts: false,
  judgedBy: 'accuracy',
  kept: { kind: 'classes', unit: 'nats' },
  shownBy: 'accuracy',
} as const satisfies TaskRecord;
