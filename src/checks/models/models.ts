import type { TaskShape } from '../../data/dataset.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { constructionOf } from '../../models/architectures/all.ts';
import { planModel } from '../../models/create-model.ts';
import { requireTrainable } from '../../models/onnx/load.ts';
import { type Check, findingOf, teacherModel } from '../context.ts';
import { taskOf } from '../task.ts';
import { type PlannedStudent, requireLayers, studentModel } from './student-model.ts';

/** Whether both models suit the data, the student can begin as it is to, and is the smaller one. */
export const checkModels: Check = (context) => {
  const { experiment } = context;
  const layersPath = ['student', 'teacherLayers'];
  if (experiment.student?.teacherLayers !== undefined && experiment.teacher === undefined)
    return [
      {
        message: 'The student is to begin with layers of a teacher, and the experiment has none.',
        remedy: 'Add a "teacher", or remove "teacherLayers".',
        path: layersPath,
        severity: 'error',
        code: 'teacher-missing',
      },
    ];
  const asked = taskOf(context);
  if (asked === undefined) return [];
  const { task, exact } = asked;
  const findings: Finding[] = [];
  if (experiment.teacher?.model !== undefined)
    parameters(experiment.teacher.model, task, ['teacher', 'model'], findings);
  let planned: PlannedStudent | undefined;
  try {
    planned = studentModel(context);
    if (planned && findings.length === 0) requireLayers(context, planned.config, task);
  } catch (error) {
    return [...findings, findingOf(error, layersPath, 'teacher-layers')];
  }
  try {
    if (planned) requireTrainable(planned.config);
  } catch (error) {
    return [...findings, findingOf(error, planned!.path, 'not-trainable')];
  }
  const student = planned && parameters(planned.config, task, planned.path, findings);
  const teacherConfig = teacherModel(context);
  if (findings.length > 0 || teacherConfig === undefined || student === undefined || !exact) return findings;
  const teacher = planModel(teacherConfig, task).parameterCount;
  if (student > teacher)
    findings.push({
      message: `The student has ${grouped(student)} parameters, more than the teacher’s ${grouped(teacher)}.`,
      remedy: 'Make the student smaller; distillation is to end with a model that costs less.',
      path: planned!.path,
      severity: 'warning',
      code: 'student-larger',
    });
  return findings;
};

function parameters(
  config: ModelConfig,
  task: TaskShape,
  path: JsonPath,
  findings: Finding[],
): number | undefined {
  try {
    return planModel(config, task).parameterCount;
  } catch (error) {
    const correction = constructionOf(config).correction?.(config, task);
    if (!correction) {
      findings.push(findingOf(error, path, 'model'));
      return undefined;
    }
    const place = [...path, correction.option];
    const { fix } = correction;
    findings.push({
      ...findingOf(error, place, correction.code),
      ...(fix && { fix: { ...fix, path: place } }),
    });
    return undefined;
  }
}

/** 1234567 as 1,234,567. */
const grouped = (count: number) => count.toLocaleString('en-US');
