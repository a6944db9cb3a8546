import type { ModelGoal } from '../architectures/architecture-record.ts';
import { imageClassification } from './image-classification.ts';
import { languageModel } from './language-model.ts';
import type { Problem, TaskRecord } from './task-record.ts';
import { textClassification } from './text-classification.ts';
import { textMultiLabel } from './text-multi-label.ts';
import { textRegression } from './text-regression.ts';

/** Every task, by its name. */
export const taskRecords = {
  'image-classification': imageClassification,
  'text-classification': textClassification,
  'text-regression': textRegression,
  'text-multi-label': textMultiLabel,
  'language-model': languageModel,
} satisfies Record<string, TaskRecord>;

export type TaskName = keyof typeof taskRecords;

/** What is known of a task. */
export type KnownTask = TaskRecord & Pick<(typeof taskRecords)[TaskName], 'title'>;

export const taskNames = Object.keys(taskRecords) as readonly TaskName[];

/** What of a TaskShape tells which task is asked of a model. */
export interface AskedTask {
  readonly kind?: TaskName;
  readonly text?: { readonly goal: Exclude<ModelGoal, 'images'> };
}

/** The task that a shape asks for; upper floors keep what they know of it under this name. */
export function taskName({ kind, text }: AskedTask): TaskName {
  const goal: ModelGoal = text?.goal ?? 'images';
  return kind ?? taskNames.find((name) => taskRecords[name].goal === goal)!;
}

/** What is known of the task that a shape asks for. */
export const taskRecord = (shape: AskedTask): KnownTask => taskRecords[taskName(shape)];

/** The task that a head of a checkpoint is for; undefined where that is none here. */
export const taskOfHead = (goal: ModelGoal, problem: Problem): TaskName | undefined =>
  taskNames.find((name) => {
    const record: TaskRecord = taskRecords[name];
    return record.goal === goal && record.problem === problem;
  });

/** The task that comparisons call so. */
export const taskTitled = (title: KnownTask['title']): KnownTask =>
  Object.values(taskRecords).find((record) => record.title === title)!;
