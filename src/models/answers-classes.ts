import { UserError } from '../experiment/user-error.ts';
import type { CheckpointDescription } from './read-model-config.ts';

/**
 * Refuses a checkpoint whose head answers something else than which one of several classes a text belongs to, although
 * its weights have the same shapes: its answers are no logits of classes, and a softmax over them means nothing.
 * @param what the checkpoint in messages, such as 'The teacher'
 * @throws UserError if the head predicts numbers, or says yes or no to each class by itself
 */
export function requireClassAnswers(
  { origin, task }: CheckpointDescription,
  what: string,
  place?: string,
): void {
  if (task.text?.goal !== 'classification' || !origin) return;
  const remedy = 'Name a checkpoint that was trained to tell classes apart, each text being of one.';
  const kind = origin.problem_type;
  // transformers takes a head of a single output for a regression where nothing is said.
  if (kind === 'regression' || task.classes === 1)
    throw new UserError(
      `${what} predicts ${task.classes === 1 ? 'a number' : 'numbers'} and no classes: its head is one for regression.`,
      { remedy, place },
    );
  if (kind === 'multi_label_classification')
    throw new UserError(
      `${what} says yes or no to each of its ${task.classes} labels by itself (multi-label).`,
      {
        remedy,
        place,
      },
    );
}
