import type { TaskShape } from '../../data/dataset.ts';
import type { JsonPath } from '../../experiment/parsing/problem.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { matchLayers, withFewerLayers } from '../../models/from-layers.ts';
import { type CheckContext, teacherModel } from '../context.ts';

export interface PlannedStudent {
  readonly config: ModelConfig;
  /** Where the experiment says so. */
  readonly path: JsonPath;
}

/**
 * What the student will be made of; undefined where that cannot be known yet.
 * @throws UserError if it is to begin with layers of a teacher that has none like that
 */
export function studentModel(context: CheckContext): PlannedStudent | undefined {
  const { experiment, storedStudent } = context;
  if (compresses(experiment.strategy)) return undefined;
  const { model, teacherLayers } = experiment.student ?? {};
  if (model) return { config: model, path: ['student', 'model'] };
  if (storedStudent) return { config: storedStudent.config, path: ['student', 'checkpoint'] };
  const teacher = teacherModel(context);
  if (!teacherLayers || !teacher) return undefined;
  return { config: withFewerLayers(teacher, teacherLayers), path: ['student', 'teacherLayers'] };
}

/** @throws UserError if the student cannot begin with the layers of the teacher that it names */
export function requireLayers(context: CheckContext, student: ModelConfig, task: TaskShape): void {
  const { experiment, storedTeacher } = context;
  const teacherLayers = experiment.student?.teacherLayers;
  const config = teacherModel(context);
  if (!teacherLayers || !config) return;
  const teacher = storedTeacher ?? { config, task };
  matchLayers(student, { ...task, text: teacher.task.text }, teacher, teacherLayers);
}
