import { taskOfDataset } from '../../experiment/datasets/all.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import { formatPercent } from '../formatting.ts';
import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import { formatGain } from '../verdicts/gain.ts';
import { metricFacts } from '../verdicts/metric.ts';
import type { Advice, AdviceMaterial } from './advice.ts';

/** Why nothing that is measured against a teacher can be praised. */
export interface TeacherTrouble {
  /** Whether its answers are worth nothing, or only less than those of a student trained directly. */
  readonly kind: 'broken' | 'worse-than-direct';
  readonly headline: string;
  readonly text: string;
  /** The group that does better without it. */
  readonly direct?: RunGroup;
}

/** What is wrong with a teacher, by what runs measured of it and said of it. */
export function teacherTrouble(
  teacher: TeacherRow,
  { groups, verdicts }: Pick<AdviceMaterial, 'groups' | 'verdicts'>,
): TeacherTrouble | undefined {
  const mine = groups.filter((group) => teacher.groups.includes(group.key) && group.counted.length > 0);
  const yardsticks = new Set(
    verdicts.filter(({ group }) => teacher.groups.includes(group)).map(({ baseline }) => baseline),
  );
  const direct = groups.filter(
    (group) => roleOf(group.strategy) === 'yardstick' && (mine.includes(group) || yardsticks.has(group.key)),
  );
  return brokenTeacher(mine) ?? worseThanDirect(teacher, direct);
}

/** Whether advice praises what can only be praised beside a sound teacher. */
export const praises = ({ rule, tone }: Advice, { kind }: TeacherTrouble): boolean =>
  ofRetention.has(rule) ||
  // A gain over direct training is measured without the teacher, and holds whatever it is worth.
  (tone === 'good' && (kind === 'broken' || !ofGain.has(rule)));

const ofRetention = new Set(['student-too-small', 'calibration', 'try-quantization']);
const ofGain = new Set(['distillation-pays', 'few-labels']);

/** Whether what a teacher answers was measured to be worth nothing. @param mine the groups of its students that ran */
export function brokenTeacher(mine: readonly RunGroup[]): TeacherTrouble | undefined {
  const headline = 'the teacher is broken';
  if (
    mine.some(({ counted }) =>
      counted.some(
        ({ teacher: own }) =>
          own !== null && own.accuracy === null && own.loss === null && own.bitsPerByte === null,
      ),
    )
  )
    return {
      kind: 'broken',
      headline,
      text: 'Its answers are no numbers, so what its students keep of them says nothing. Name another teacher, or train it again.',
    };
  const doubt = mine.flatMap(({ doubts }) => doubts).find(({ kind }) => kind === 'teacher-quality');
  const share = mine.flatMap(({ counted }) => counted.flatMap(({ teacher }) => chanceOf(teacher?.confusion)));
  if (doubt === undefined && share.length === 0) return undefined;
  const always = share[0] === undefined ? '' : ` (${formatPercent(share[0])})`;
  return {
    kind: 'broken',
    headline,
    text: `It answers no better than without looking at its input${always}, so that a student keeps much of its accuracy says nothing. Look at its classes, its tokenizer and how images are normalized.`,
  };
}

/** The share of the most frequent class, where a classifier is right no more often than that; nothing otherwise. */
function chanceOf(confusion: readonly (readonly number[])[] | null | undefined): number[] {
  if (!confusion) return [];
  const labelled = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = labelled.reduce((sum, count) => sum + count, 0);
  if (labelled.filter((count) => count > 0).length < 2) return [];
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const share = Math.max(...labelled);
  return right <= share ? [share / total] : [];
}

/** Whether one of these directly trained students is better than a teacher, by more than does not matter. */
export function worseThanDirect(
  teacher: TeacherRow,
  students: readonly RunGroup[],
): TeacherTrouble | undefined {
  for (const direct of students) {
    const key = taskOfDataset(direct.config.dataset.kind).judgedBy;
    const [own, others] = [teacher.figures[key]?.mean, direct.figures[key]?.mean];
    if (own === undefined || others === undefined) continue;
    const { lowerIsBetter, smallestGain } = metricFacts(key);
    const lost = lowerIsBetter ? own - others : others - own;
    if (lost <= smallestGain) continue;
    return {
      kind: 'worse-than-direct',
      headline: 'the teacher is worse than its student trained without it',
      text: `${direct.label} is ahead by ${formatGain(lost, key).replace('+', '')} without a teacher. A better teacher has more to pass on.`,
      direct,
    };
  }
  return undefined;
}
