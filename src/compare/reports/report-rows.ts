import { type FigureKey, type FigureKind, figureKinds } from '../figures/figure-kinds.ts';
import type { Comparison } from '../figures.ts';
import { missing } from '../formatting.ts';
import type { RunGroup } from '../groups.ts';
import type { TeacherRow } from '../teachers.ts';
import type { Verdict } from '../verdicts/verdict.ts';

/** A line of the main table of every report: a teacher, or a strategy with its seeds. */
export interface ReportRow {
  readonly key: string;
  readonly label: string;
  /** Kind of the strategy, or 'teacher'. */
  readonly strategy: string;
  readonly variant: number;
  /** '3 seeds', '2 of 3 seeds' where some have not completed. */
  readonly seeds: string;
  readonly cells: Readonly<Partial<Record<FigureKey, string>>>;
  readonly verdict: Verdict | null;
  /** Why the figures cannot be taken at face value. */
  readonly doubts: RunGroup['doubts'];
}

/** Teachers first, then groups in the order given. */
export function reportRows(comparison: Comparison): ReportRow[] {
  return [
    ...comparison.teachers.map(teacherRow),
    ...comparison.groups.map((group) =>
      groupRow(group, comparison.verdicts.find((verdict) => verdict.group === group.key) ?? null),
    ),
  ];
}

/** The figures that at least one row knows, in their usual order. */
export function shownFigures(rows: readonly ReportRow[]): FigureKind[] {
  return figureKinds.filter((kind) => rows.some((row) => (row.cells[kind.key] ?? missing) !== missing));
}

function teacherRow(teacher: TeacherRow): ReportRow {
  const cells: Partial<Record<FigureKey, string>> = {};
  for (const kind of figureKinds)
    if (kind.key in teacher.figures)
      cells[kind.key] = kind.formatSpread(teacher.figures[kind.key as keyof TeacherRow['figures']]);
  return {
    key: teacher.key,
    label: teacher.label,
    strategy: 'teacher',
    variant: 0,
    seeds: missing,
    cells,
    verdict: null,
    doubts: [],
  };
}

function groupRow(group: RunGroup, verdict: Verdict | null): ReportRow {
  const cells = Object.fromEntries(
    figureKinds.map((kind) => [kind.key, kind.formatSpread(group.figures[kind.key])]),
  );
  return {
    key: group.key,
    label: group.label,
    strategy: group.strategy,
    variant: group.variant,
    seeds: seedsOf(group),
    cells,
    verdict,
    doubts: group.doubts,
  };
}

function seedsOf(group: RunGroup): string {
  const done = group.counted.length;
  const plural = (n: number) => (n === 1 ? '1 seed' : `${n} seeds`);
  const all = group.allSeeds.length;
  return done === all ? plural(done) : `${done} of ${plural(all)}`;
}
