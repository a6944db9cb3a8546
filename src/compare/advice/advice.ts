import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import type { Verdict } from '../verdicts/verdict.ts';

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

/** 'MNIST response: distillation pays', with at most three names. */
export function adviceTitle({ subjects, headline }: Advice): string {
  if (subjects.length === 0) return headline.charAt(0).toUpperCase() + headline.slice(1);
  const names = subjects.length <= 3 ? subjects : [...subjects.slice(0, 2), `${subjects.length - 2} more`];
  return `${names.join(', ')}: ${headline}`;
}

/** A piece of advice as one text, with the figures it rests on. */
export function adviceText(advice: Advice): string {
  const figures = advice.evidence.map(({ label, value }) => `${label}: ${value}`).join('; ');
  return `${adviceTitle(advice)}. ${advice.text}${figures === '' ? '' : ` (${figures})`}`;
}
