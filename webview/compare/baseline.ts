import { type FigureKey, type FigureKind, figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import type { RunFigures } from '../../src/compare/figures/run-figures.ts';
import { formatNumber, formatPercent, formatPoints, missing } from '../../src/compare/formatting.ts';
import type { TeacherRow } from '../../src/compare/teachers.ts';
import { roleOf } from '../../src/experiment/strategies/facts.ts';
import { isScore, scoreNames, scoreRecords } from '../../src/experiment/tasks/scores.ts';
import type { ComparedGroup, ComparisonData } from '../protocol/comparison.ts';

export type Means = Readonly<Partial<Record<FigureKey, number | null>>>;

/** What differences are told against. */
export interface Baseline {
  readonly key: string;
  readonly label: string;
  readonly means: Means;
  /** What it is. */
  readonly of: ComparedGroup | TeacherRow | RunFigures;
}

export const meansOf = (one: ComparedGroup | TeacherRow): Means =>
  Object.fromEntries(Object.entries(one.figures).map(([key, spread]) => [key, spread?.mean ?? null]));

/** What each row's difference is told against. */
export interface BaselineChoice {
  readonly key: string;
  readonly label: string;
  /** Undefined for a row that has none. */
  readonly of: (model: ComparedGroup | TeacherRow) => Baseline | undefined;
  /** Keys of the rows that others are compared with. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Baselines to choose from, the usual one first: the directly trained student; where there are several, for each strategy
 * the one that its verdict is about.
 */
export function baselineChoices(comparison: ComparisonData): BaselineChoice[] {
  const all = baselinesOf(comparison);
  const byKey = new Map(all.map((one) => [one.key, one]));
  const ownKey = new Map(comparison.verdicts.map(({ group, baseline }) => [group, baseline]));
  const used = new Set([...ownKey.values()].filter((key) => key !== null));
  const single = all.map((one) => ({
    key: one.key,
    label: one.label,
    of: ({ key }: { readonly key: string }) => (key === one.key ? undefined : one),
    keys: new Set([one.key]),
  }));
  if (used.size < 2) return single;
  const own: BaselineChoice = {
    key: 'own',
    label: 'direct training of each',
    of: ({ key }) => byKey.get(ownKey.get(key) ?? ''),
    keys: used,
  };
  return [own, ...single];
}

/** Everything that can be a baseline: directly trained students first, then teachers, other groups, and single runs. */
export function baselinesOf(comparison: ComparisonData): Baseline[] {
  const direct = comparison.groups.filter((group) => roleOf(group.strategy) === 'yardstick');
  const others = comparison.groups.filter((group) => roleOf(group.strategy) !== 'yardstick');
  const single = comparison.runs.filter((run) => run.student !== null).slice(0, 50);
  return [
    ...direct.map(modelAsBaseline),
    ...comparison.teachers.map(modelAsBaseline),
    ...others.map(modelAsBaseline),
    ...single.map((run) => ({
      key: `run:${run.run}`,
      label: `${run.name}, seed ${run.seed}`,
      means: Object.fromEntries(figureKinds.map((kind) => [kind.key, kind.read(run)])),
      of: run,
    })),
  ];
}

function modelAsBaseline(of: ComparedGroup | TeacherRow): Baseline {
  return { key: of.key, label: of.label, means: meansOf(of), of };
}

/** A difference of two numbers. Whether its tone may be shown as a color, those who show it must know. */
export interface Difference {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'even';
}

/** Figures whose differences are told in percentage points. */
export const shares: ReadonlySet<FigureKey> = new Set<FigureKey>([
  'accuracy',
  'retention',
  'agreement',
  'macroF1',
  'calibrationError',
  ...scoreNames.filter((name) => scoreRecords[name].written === 'share'),
]);

/** The difference of a figure to the baseline: points for shares, per cent for sizes and times. */
export function differenceOf(
  kind: FigureKind,
  value: number | null,
  baseline: number | null,
): Difference | null {
  if (value === null || baseline === null) return null;
  const difference = value - baseline;
  const text = shares.has(kind.key)
    ? formatPoints(difference)
    : kind.key === 'loss' || isScore(kind.key)
      ? signed(difference, formatNumber(Math.abs(difference)))
      : baseline === 0
        ? missing
        : signed(difference, formatPercent(Math.abs(difference / baseline), 1));
  const better = kind.better === 'higher' ? difference > 0 : difference < 0;
  // What is shown as nothing is neither good nor bad.
  const even = kind.better === null || !/[1-9]/.test(text);
  return { text, tone: even ? 'even' : better ? 'good' : 'bad' };
}

const signed = (difference: number, text: string) =>
  difference === 0 ? text : `${difference > 0 ? '+' : '−'}${text}`;
