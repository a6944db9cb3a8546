import type { Finding } from '../../experiment/parsing/problem.ts';
import { taskFor } from '../../models/checkpoint/fit-weights.ts';
import { requireHead } from '../../models/checkpoint/other-head.ts';
import { type Check, findingOf } from '../context.ts';
import { taskOf } from '../task.ts';

/** Whether checkpoints answer the question the dataset asks. */
export const checkStoredModels: Check = (context) => {
  const { storedTeacher, storedStudent, dataset, experiment } = context;
  const findings: Finding[] = [];
  const base = { path: ['teacher', 'checkpoint'], severity: 'error' } as const;
  if (storedTeacher !== undefined && dataset !== undefined) {
    const { task } = storedTeacher;
    if (task.image && dataset.task.image && task.classes !== dataset.task.classes)
      findings.push({
        ...base,
        message: `The teacher tells ${task.classes} classes apart, but the dataset has ${dataset.task.classes}.`,
        remedy: 'Name a teacher that was trained on the same classes.',
        code: 'teacher-classes',
      });
    else if (task.image && dataset.task.image && task.image.join() !== dataset.task.image.join())
      findings.push({
        ...base,
        message: `The teacher sees ${describe(task.image)}, but the dataset has ${describe(dataset.task.image)}.`,
        remedy: 'Name a teacher that was trained on images of the same size.',
        code: 'teacher-images',
      });
  }
  if (findings.length > 0) return findings;
  const asked = taskOf(context)?.task;
  if (asked === undefined) return [];
  for (const [stored, name] of [
    [storedTeacher, 'teacher'],
    [storedStudent, 'student'],
  ] as const)
    try {
      // How many tokens the data has is not known before they are made.
      const text = asked.text && { ...asked.text, vocabulary: 1 };
      if (!stored) continue;
      taskFor(stored.task, { ...asked, classes: stored.task.classes, text }, `The ${name}`);
      // A student gets a new head.
      if (stored === storedTeacher) requireHead(stored, asked, experiment.teacher!.checkpoint!);
    } catch (error) {
      findings.push(findingOf(error, [name, 'checkpoint'], `${name}-task`));
    }
  return findings;
};

function describe(image: readonly number[]): string {
  return `images of ${image[0]} × ${image[1]} pixels`;
}
