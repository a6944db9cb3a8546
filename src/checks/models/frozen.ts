import { planModel } from '../../models/create-model.ts';
import { FreezeProblem, frozenNames } from '../../models/frozen.ts';
import { type Check, findingOf } from '../context.ts';
import { taskOf } from '../task.ts';
import { studentModel } from './student-model.ts';

/** Whether the weights that are to stay as they are belong to the student. */
export const checkFrozen: Check = (context) => {
  const patterns = context.experiment.student?.freeze;
  const task = taskOf(context)?.task;
  if (!patterns || !task) return [];
  let named: Parameters<typeof frozenNames>[1];
  try {
    const config = studentModel(context)?.config;
    if (!config) return [];
    named = { config, ...planModel(config, task) };
  } catch {
    return []; // Said of the models already.
  }
  try {
    frozenNames(patterns, named);
    return [];
  } catch (error) {
    const at = error instanceof FreezeProblem ? error.index : undefined;
    return [findingOf(error, ['student', 'freeze', ...(at === undefined ? [] : [at])], 'freeze')];
  }
};
