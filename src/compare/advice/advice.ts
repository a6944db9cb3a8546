import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import type { Verdict } from '../verdicts/verdict.ts';
import { adviceOnGroup } from './advice-on-group.ts';
import { adviceOnTeacher } from './advice-on-teacher.ts';

/** A figure a piece of advice rests on. */
export interface Evidence {
  readonly label: string;
  /** The figure as text with its unit. */
  readonly value: string;
  /** Key of the group or teacher it was measured on. */
  readonly of: string;
}

/** One piece of advice. It follows from measured figures by a fixed rule, so the same figures give the same advice. */
export interface Advice {
  /** Names the rule. */
  readonly rule: string;
  /** Whether it tells to go on, to beware, or what to try next. */
  readonly tone: 'good' | 'caution' | 'next';
  /** Labels of the strategies it is about; none where it is about a teacher. */
  readonly subjects: readonly string[];
  readonly headline: string;
  readonly text: string;
  /** Keys of the groups or teachers it is about. */
  readonly about: readonly string[];
  readonly evidence: readonly Evidence[];
}

export interface AdviceMaterial {
  readonly groups: readonly RunGroup[];
  readonly teachers: readonly TeacherRow[];
  readonly verdicts: readonly Verdict[];
}

/** Rules whose text is the same whatever the strategy: said once for all it holds for. */
const general = new Set([
  'edge',
  'latency',
  'smaller-not-faster',
  'hardly-smaller',
  'student-too-small',
  'calibration',
  'no-yardstick',
]);

/** Advice on a comparison: about each strategy in the order of the groups, then about what else could be tried. */
export function adviseOn(material: AdviceMaterial): Advice[] {
  const pieces = material.groups.flatMap((group) => adviceOnGroup(group, material));
  const specific = pieces.filter(({ rule }) => !general.has(rule));
  return [
    ...specific,
    ...mergeByRule(pieces.filter(({ rule }) => general.has(rule))),
    ...material.teachers.flatMap((teacher) => adviceOnTeacher(teacher, material)),
  ];
}

/** 'MNIST response: distillation pays', with at most three names. */
export function adviceTitle({ subjects, headline }: Advice): string {
  if (subjects.length === 0) return headline.charAt(0).toUpperCase() + headline.slice(1);
  const names = subjects.length <= 3 ? subjects : [...subjects.slice(0, 2), `${subjects.length - 2} more`];
  return `${names.join(', ')}: ${headline}`;
}

function mergeByRule(pieces: readonly Advice[]): Advice[] {
  const merged = new Map<string, Advice>();
  for (const piece of pieces) {
    const key = `${piece.rule}\n${piece.text}`;
    const other = merged.get(key);
    merged.set(
      key,
      other === undefined
        ? piece
        : {
            ...other,
            subjects: [...other.subjects, ...piece.subjects],
            about: [...new Set([...other.about, ...piece.about])],
            evidence: [...other.evidence, ...piece.evidence],
          },
    );
  }
  return [...merged.values()];
}
