import { type AskedTask, type TaskName, taskName } from '../../experiment/tasks/all.ts';
import { classification } from './classification.ts';
import { languageModel } from './language-model.ts';
import { multiLabel } from './multi-label.ts';
import { regression } from './regression.ts';
import type { TaskLearning } from './task-learning.ts';

const learning: Readonly<Record<TaskName, TaskLearning>> = {
  'image-classification': classification,
  'text-classification': classification,
  'text-regression': regression,
  'text-multi-label': multiLabel,
  'language-model': languageModel,
};

/** What is learned of the labels of the task that a shape asks for. */
export const learningOf = (task: AskedTask): TaskLearning => learning[taskName(task)];
