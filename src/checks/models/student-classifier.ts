import { UserError } from '../../base/user-error.ts';
import { isHeadWeight } from '../../models/checkpoint/head-weights.ts';
import { otherHead } from '../../models/checkpoint/other-head.ts';
import { planModel } from '../../models/create-model.ts';
import { matchLayers } from '../../models/from-layers.ts';
import { type CheckContext, teacherModel } from '../context.ts';
import { taskOf } from '../task.ts';
import { studentModel } from './student-model.ts';

/** Whether the student's classifier begins with weights that were trained: its teacher's, or those of a checkpoint. */
export function classifierIsTrained(context: CheckContext): boolean {
  const { experiment, storedStudent, storedTeacher } = context;
  const task = taskOf(context)?.task;
  if (!task || !experiment.student) return false;
  if (storedStudent) {
    const { hasHead, task: own } = storedStudent;
    return hasHead && own.classes === task.classes && otherHead(storedStudent, task) === undefined;
  }
  const { teacherLayers } = experiment.student;
  const teacher = teacherModel(context);
  if (!teacherLayers || !teacher) return false;
  try {
    const planned = studentModel(context)?.config;
    if (!planned) return false;
    const source = storedTeacher ?? { config: teacher, task };
    const own = { ...task, text: source.task.text };
    const copied = matchLayers(planned, own, source, teacherLayers);
    return [...planModel(planned, own).parameters.keys()].every(
      (name) => copied.has(name) || !isHeadWeight(planned, name),
    );
  } catch (error) {
    // Layers that do not fit are said of the models.
    if (error instanceof UserError) return false;
    throw error;
  }
}
