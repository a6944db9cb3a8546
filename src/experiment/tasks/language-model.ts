import type { TaskRecord } from './task-record.ts';

/** Each token of a text follows from those before it. */
export const languageModel = {
  goal: 'language-model',
  title: 'language modeling',
  pipeline: 'text-generation',
  samples: 'texts to continue',
  answers: 'tokens',
  continuesTexts: true,
  judgedBy: 'loss',
  kept: { kind: 'losses', unit: 'nats per token' },
  shownBy: 'perplexity',
} as const satisfies TaskRecord;
