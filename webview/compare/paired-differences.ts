import type { FigureKey, FigureKind } from '../../src/compare/figures/figure-kinds.ts';
import type { RunFigures } from '../../src/compare/figures/run-figures.ts';
import type { TeacherRow } from '../../src/compare/teachers.ts';
import { formatGain } from '../../src/compare/verdicts/gain.ts';
import { runPairs } from '../../src/compare/verdicts/seed-pairs.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';
import { isScore } from '../../src/experiment/tasks/scores.ts';
import type { ComparedGroup } from '../protocol/comparison.ts';
import { type Baseline, differenceOf, meansOf, shares } from './baseline.ts';

/** A row of the comparison: a teacher, or a strategy with its seeds. */
export type Model = ComparedGroup | TeacherRow;

/** A difference to the baseline as a cell of the table shows it. */
export interface ShownDifference {
  readonly text: string;
  /** Good or bad only where a verdict stands behind it; even for everything else. */
  readonly tone: 'good' | 'bad' | 'even';
  /** Pairs it is the mean of; null where nothing could be paired. */
  readonly pairs: number | null;
  /** How it was made, as a sentence. */
  readonly meaning: string;
}

/** Squares of differences that are nothing but the rounding of doubles. */
const rounding = 1e-24;

type Pair = readonly [RunFigures, RunFigures];

/**
 * What belongs together of a row and the baseline: runs of the same seed; a student and the teacher that was measured in
 * the same run. Empty where nothing does.
 */
export function pairsWith(one: Model, baseline: Baseline): Pair[] {
  const other = baseline.of;
  const group = 'strategy' in one ? one : null;
  if ('run' in other)
    return group === null
      ? []
      : runPairs(group, { counted: [other] }).filter(([run]) => run.run !== other.run);
  if (group !== null && 'strategy' in other) return runPairs(group, other);
  if (group !== null && 'groups' in other) return other.groups.includes(group.key) ? withTeachers(group) : [];
  if ('groups' in one && 'strategy' in other && one.groups.includes(other.key))
    return withTeachers(other).map(([student, teacher]) => [teacher, student] as const);
  return [];
}

/** Each student with its teacher, as if that were the student of a run. */
const withTeachers = ({ counted }: ComparedGroup): Pair[] =>
  counted.flatMap((run) => (run.teacher === null ? [] : [[run, asRun(run)] as const]));

const asRun = (run: RunFigures): RunFigures => ({
  ...run,
  ...{ student: run.teacher, retention: null, agreement: null, compressionRatio: null, speedup: null },
  ...{ trainingSeconds: null, savedSeconds: null, energyJoules: null },
});

/**
 * The difference of a figure to the baseline, by pairs wherever there are such, so that it is the number the verdict
 * rests on; else of the means, and it says so.
 *
 * @param verdict of the row, if it has one: what it stands for has a color, and nothing else
 */
export function shownDifference(
  kind: FigureKind,
  one: Model,
  baseline: Baseline,
  pairs: readonly Pair[],
  verdict: Verdict | undefined,
): ShownDifference | null {
  const values = pairs.flatMap(([run, other]) => {
    const [ours, theirs] = [kind.read(run), kind.read(other)];
    return ours === null || theirs === null ? [] : [[ours, theirs] as const];
  });
  if (values.length === 0) {
    const difference = differenceOf(kind, meansOf(one)[kind.key] ?? null, baseline.means[kind.key] ?? null);
    return (
      difference && {
        text: difference.text,
        tone: 'even',
        pairs: null,
        meaning: 'Difference of the means: there are no runs of the same seed to pair.',
      }
    );
  }
  return {
    text: pairedText(kind, values),
    tone: toneOf(kind.key, baseline, verdict),
    pairs: values.length,
    meaning: `Mean difference over ${values.length === 1 ? 'one pair' : `${values.length} pairs`} of the same seed.`,
  };
}

function pairedText(kind: FigureKind, values: readonly (readonly [number, number])[]): string {
  const n = values.length;
  const differences = values.map(([ours, theirs]) => ours - theirs);
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / n;
  if (shares.has(kind.key) || kind.key === 'loss' || isScore(kind.key)) {
    const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
    const deviation = n > 1 && squares > rounding ? Math.sqrt(squares / (n - 1)) : null;
    const metric = kind.key === 'loss' || isScore(kind.key) ? kind.key : 'accuracy';
    return formatGain(mean, metric, deviation);
  }
  const base = values.reduce((sum, [, theirs]) => sum + theirs, 0) / n;
  return differenceOf(kind, base + mean, base)!.text;
}

function toneOf(key: FigureKey, baseline: Baseline, verdict: Verdict | undefined): ShownDifference['tone'] {
  if (verdict === undefined || verdict.metric !== key || verdict.baseline !== baseline.key) return 'even';
  if (verdict.outcome === 'BEATS') return 'good';
  return verdict.finding === 'worse' ? 'bad' : 'even';
}
