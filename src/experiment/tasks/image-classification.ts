import type { TaskRecord } from './task-record.ts';

/** Each image is of one class. */
export const imageClassification = {
  goal: 'images',
  title: 'image classification',
  pipeline: 'image-classification',
  problem: 'single_label_classification',
  samples: 'images',
  answers: 'classes',
  continuesTexts: false,
  judgedBy: 'accuracy',
  kept: { kind: 'classes', unit: 'nats' },
  shownBy: 'accuracy',
} as const satisfies TaskRecord;
