import type { RunResult } from '../../worker/directory/events.ts';

/** Of one class: its samples, and on how many of them student and teacher differ, by which of them is right. */
export type ClassDisagreement = NonNullable<RunResult['disagreement']>[number];

/** The counts of several runs together; null where there is none, or their classes differ. */
export function sumDisagreements(
  all: readonly (readonly ClassDisagreement[])[],
): readonly ClassDisagreement[] | null {
  const first = all[0];
  if (first === undefined || all.some((one) => one.length !== first.length)) return null;
  return first.map((_, label) => {
    const sum = (key: keyof ClassDisagreement) => all.reduce((total, one) => total + one[label]![key], 0);
    return {
      samples: sum('samples'),
      onlyStudent: sum('onlyStudent'),
      onlyTeacher: sum('onlyTeacher'),
      neither: sum('neither'),
    };
  });
}
