import { isPath } from '../../experiment/parsing/identity.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import type { ComparedRun } from '../compared-run.ts';
import { dataDifferences } from '../data-read.ts';
import { configIdentity } from '../flat-config.ts';
import { groupRuns, type RunGroup } from '../groups.ts';
import { byDataSet } from '../sections/sections.ts';
import { type TeacherRow, teachersOf } from '../teachers.ts';
import { brokenTeacher, type TeacherTrouble, worseThanDirect } from './teacher-trouble.ts';

/** A teacher of which it is known before a run that it has nothing to pass on. */
export interface WeakTeacher {
  readonly teacher: TeacherRow;
  readonly trouble: TeacherTrouble;
}

/**
 * Whether earlier runs measured that the teacher of an experiment answers no better than chance, or is worse than the same
 * student trained directly on the same data, with whatever budget.
 * @param planned the experiment as a run that has not begun
 */
export function weakTeacherOf(
  planned: ComparedRun,
  earlier: readonly ComparedRun[],
): WeakTeacher | undefined {
  const { config } = planned;
  if (!config.teacher) return undefined;
  const data = configIdentity(config.dataset);
  const groups = groupRuns([
    ...earlier.filter((run) => configIdentity(run.config.dataset) === data),
    planned,
  ]);
  const own = groups.find(({ runs }) => runs.includes(planned.id))!;
  // Files of the same name in another folder are other data, and other models.
  const same = byDataSet(groups).find((one) => one.includes(own)) ?? [];
  const direct = same.filter(
    (group) =>
      roleOf(group.strategy) === 'yardstick' &&
      studentOf(group.config) === studentOf(config) &&
      (group.directory === own.directory || !isPath(config.student?.checkpoint)) &&
      counts(group),
  );
  const teachers = teachersOf(
    same.filter(
      (group) =>
        teacherOf(group.config) === teacherOf(config) &&
        (group.directory === own.directory || !isPath(config.teacher?.checkpoint)),
    ),
  );
  for (const teacher of teachers) {
    const mine = same.filter((group) => teacher.groups.includes(group.key));
    const measured = mine[0]!;
    const rivals = direct.filter((group) => dataDifferences(group.data, measured.data).length === 0);
    const trouble = brokenTeacher(mine.filter(counts)) ?? worseThanDirect(teacher, rivals);
    if (trouble) return { teacher, trouble };
  }
  return undefined;
}

const counts = ({ counted }: RunGroup) => counted.length > 0;
const studentOf = ({ student }: Experiment) => configIdentity({ student: student ?? null });
const teacherOf = ({ teacher }: Experiment) => configIdentity({ teacher: teacher ?? null });
