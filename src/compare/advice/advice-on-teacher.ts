import { taskOfDataset } from '../../experiment/datasets/all.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import { figureKind } from '../figures/figure-kinds.ts';
import { formatBytes, formatPercentSpread } from '../formatting.ts';
import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import type { Advice, AdviceMaterial, Evidence } from './advice.ts';
import { praises, type TeacherTrouble, teacherTrouble } from './teacher-trouble.ts';

/** What the figures of a teacher advise: whether it can teach, and its alternatives to distillation, tried or not. */
export function adviceOnTeacher(teacher: TeacherRow, material: AdviceMaterial): Advice[] {
  const trouble = teacherTrouble(teacher, material);
  const alternatives = onAlternatives(teacher, material);
  if (!trouble) return alternatives;
  return [onTrouble(teacher, trouble, material), ...alternatives.filter((piece) => !praises(piece, trouble))];
}

function onTrouble(teacher: TeacherRow, trouble: TeacherTrouble, { groups }: AdviceMaterial): Advice {
  const { kind, headline, text, direct } = trouble;
  const { config } = groups.find(({ key }) => teacher.groups.includes(key))!;
  return {
    rule: kind === 'broken' ? 'broken-teacher' : 'weak-teacher',
    tone: 'caution',
    subjects: [],
    headline,
    text,
    about: direct ? [teacher.key, direct.key] : [teacher.key],
    evidence: qualities(teacher, trouble, config),
  };
}

/** How good a teacher is, and the student that does better without it, if there is one. */
export function qualities(
  teacher: TeacherRow,
  { direct }: Pick<TeacherTrouble, 'direct'>,
  { dataset }: Pick<Experiment, 'dataset'>,
): Evidence[] {
  const figure = taskOfDataset(dataset.kind).shownBy;
  const format = figureKind(figure).formatSpread;
  return [
    { label: teacher.label, value: format(teacher.figures[figure]), of: teacher.key },
    ...(direct ? [{ label: direct.label, value: format(direct.figures[figure]), of: direct.key }] : []),
  ];
}

function onAlternatives(teacher: TeacherRow, { groups }: AdviceMaterial): Advice[] {
  const mine = groups.filter((group) => teacher.groups.includes(group.key) && group.counted.length > 0);
  const students = mine.filter((group) => roleOf(group.strategy) === 'distillation');
  if (students.length === 0) return [];
  const quantized = mine.filter((group) => group.strategy === 'quantize');
  const pruned = mine.filter((group) => group.strategy === 'prune');
  // What would be refused is not advised.
  const refused = mine.some(({ counted }) => counted.some((run) => run.teacher?.asIs));
  return [
    ...(quantized.length === 0
      ? refused
        ? []
        : tryQuantizing(teacher)
      : sufficient(quantized, students, 'quantize')),
    ...sufficient(pruned, students, 'prune'),
  ];
}

function tryQuantizing(teacher: TeacherRow): Advice[] {
  const bytes = teacher.figures.bytes?.mean ?? null;
  if (bytes === null) return [];
  return [
    {
      rule: 'try-quantization',
      tone: 'next',
      subjects: [],
      headline: 'quantize the teacher too',
      text: `Quantization is simpler than distillation and often sufficient: int8 weights would make about ${formatBytes(bytes / 4)} of ${formatBytes(bytes)}, without any training. It combines with distillation as well.`,
      about: [teacher.key],
      evidence: [
        { label: 'Teacher size', value: formatBytes(bytes), of: teacher.key },
        {
          label: 'Teacher accuracy',
          value: formatPercentSpread(teacher.figures.accuracy),
          of: teacher.key,
        },
      ],
    },
  ];
}

/** A compressed teacher that is at most as large as a distilled student and at least as accurate makes it superfluous. */
function sufficient(
  compressed: readonly RunGroup[],
  students: readonly RunGroup[],
  how: 'quantize' | 'prune',
): Advice[] {
  for (const candidate of compressed)
    for (const student of students) {
      const size = candidate.figures.bytes?.mean;
      const accuracy = candidate.figures.accuracy?.mean;
      const studentSize = student.figures.bytes?.mean;
      const studentAccuracy = student.figures.accuracy?.mean;
      if (size === undefined || accuracy === undefined) continue;
      if (studentSize === undefined || studentAccuracy === undefined) continue;
      if (size > studentSize || accuracy < studentAccuracy) continue;
      return [
        {
          rule: how === 'quantize' ? 'quantization-suffices' : 'pruning-suffices',
          tone: 'good',
          subjects: [],
          headline: how === 'quantize' ? 'quantization suffices here' : 'pruning suffices here',
          text:
            how === 'quantize'
              ? `${candidate.label} is no larger than ${student.label} and no less accurate, and needs no training of a student.`
              : `${candidate.label} is no larger than ${student.label} and no less accurate, and keeps the teacher’s architecture.`,
          about: [candidate.key, student.key],
          evidence: [
            evidence(candidate, 'bytes'),
            evidence(student, 'bytes'),
            evidence(candidate, 'accuracy'),
            evidence(student, 'accuracy'),
          ],
        },
      ];
    }
  return [];
}

function evidence(group: RunGroup, key: 'bytes' | 'accuracy'): Evidence {
  const kind = figureKind(key);
  return { label: kind.label, value: kind.formatSpread(group.figures[key]), of: group.key };
}
