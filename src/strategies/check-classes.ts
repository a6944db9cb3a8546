import { UserError } from '../base/user-error.ts';
import type { StrategyParts } from './strategy.ts';

/** Answers can only be compared where student and teacher choose among the same classes or tokens. */
export function checkClasses({ task, teacher }: StrategyParts): void {
  if (!teacher || teacher.classes === task.classes) return;
  throw new UserError(
    `The teacher answers with ${teacher.classes} classes or tokens, the student with ${task.classes}.`,
    {
      remedy:
        'Take a teacher with the same classes (for text, the same tokenizer), or a strategy that compares hidden states only: feature or relation.',
    },
  );
}
