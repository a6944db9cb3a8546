import { UserError } from '../../base/user-error.ts';
import { type AskedTask, taskRecord } from '../../experiment/tasks/all.ts';
import type { Problem } from '../../experiment/tasks/task-record.ts';
import type { ModelDescription } from '../huggingface/description.ts';

const heads: Readonly<Record<Problem, { readonly gives: string; readonly does: string }>> = {
  single_label_classification: {
    gives: 'one of several classes',
    does: 'tells classes apart, each sample one of them',
  },
  multi_label_classification: {
    gives:
      'several labels at once (problem_type "multi_label_classification"); its answers are a yes or no to each',
    does: 'says yes or no to each of several labels',
  },
  regression: { gives: 'a number (one output: regression), not a class', does: 'gives a number' },
};

type Described = Pick<ModelDescription, 'task' | 'otherHead'>;

/** What the head of a model is for, if that is another task of the same goal than the one asked for. */
export function otherHead({ task, otherHead }: Described, wanted: AskedTask): Problem | undefined {
  const [own, asked] = [taskRecord(task), taskRecord(wanted)];
  if (own.goal !== asked.goal || own.problem === asked.problem) return otherHead;
  return otherHead ?? own.problem;
}

/** @throws UserError where its answers mean something else than the task asks for. */
export function requireHead(model: Described, task: AskedTask, directory: string): void {
  const head = otherHead(model, task);
  if (head === undefined) return;
  throw new UserError(`The head of the model in ${directory} gives a sample ${heads[head].gives}.`, {
    remedy: `Name a checkpoint that ${heads[taskRecord(task).problem ?? 'single_label_classification'].does}; as a student this one gets a new head.`,
    place: directory,
  });
}
