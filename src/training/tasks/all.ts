import { type AskedTask, type TaskName, taskName } from '../../experiment/tasks/all.ts';
import { classification } from './classification.ts';
import { languageModel } from './language-model.ts';
import { multiLabel } from './multi-label.ts';
import { regression } from './regression.ts';
import type { TaskEvaluation } from './task-evaluation.ts';

const evaluations: Readonly<Record<TaskName, TaskEvaluation>> = {
  'image-classification': classification,
  'text-classification': classification,
  'text-regression': regression,
  'text-multi-label': multiLabel,
  'language-model': languageModel,
};

/** How answers to the task that a shape asks for are evaluated. */
export const evaluationOf = (task: AskedTask): TaskEvaluation => evaluations[taskName(task)];
