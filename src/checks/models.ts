import type { TaskShape } from '../data/dataset.ts';
import type { Finding, JsonPath } from '../experiment/problem.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { planModel } from '../models/create-model.ts';
import { type Check, type CheckContext, findingOf, teacherModel } from './context.ts';

/** Whether both models suit the images, and the student is the smaller one. */
export const checkModels: Check = (context) => {
  const { experiment } = context;
  const task = taskOf(context);
  if (task === undefined) return [];
  const findings: Finding[] = [];
  const student = parameters(experiment.student.model, task, ['student', 'model'], findings);
  if (experiment.teacher?.model !== undefined)
    parameters(experiment.teacher.model, task, ['teacher', 'model'], findings);
  const teacherConfig = teacherModel(context);
  if (findings.length > 0 || teacherConfig === undefined || student === undefined) return findings;
  const teacher = planModel(teacherConfig, task).parameterCount;
  if (student > teacher)
    findings.push({
      message: `The student has ${grouped(student)} parameters, more than the teacher’s ${grouped(teacher)}.`,
      remedy: 'Make the student smaller; distillation is to end with a model that costs less.',
      path: ['student', 'model'],
      severity: 'warning',
      code: 'student-larger',
    });
  return findings;
};

/** What the dataset asks of a model, as far as it could be read. */
export function taskOf({ dataset }: CheckContext): TaskShape | undefined {
  return dataset && { classes: dataset.classes, image: dataset.image };
}

function parameters(
  config: ModelConfig,
  task: TaskShape,
  path: JsonPath,
  findings: Finding[],
): number | undefined {
  try {
    return planModel(config, task).parameterCount;
  } catch (error) {
    if (config.architecture !== 'cnn' || task.image === undefined) {
      findings.push(findingOf(error, path, 'model'));
      return undefined;
    }
    const place = [...path, 'channels'];
    const most = Math.floor(Math.log2(Math.min(task.image[0], task.image[1])));
    const value = config.channels.slice(0, most);
    findings.push({
      ...findingOf(error, place, 'too-many-stages'),
      ...(most >= 1 && { fix: { title: `Keep the first ${most}`, path: place, value } }),
    });
    return undefined;
  }
}

/** 1234567 as 1,234,567. */
const grouped = (count: number) => count.toLocaleString('en-US');
