import { type FigureKey, figureKind } from '../../src/compare/figures/figure-kinds.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';
import type { ComparisonData } from '../protocol/comparison.ts';
import type { PartLook, RowSort } from '../state/comparison-look.ts';
import type { Model } from './paired-differences.ts';

/** Which strategies are shown, and in what order: as the runs were started unless told. */
export type RowChoice = Pick<PartLook, 'outcomes' | 'query' | 'sort'>;

export interface ChosenRows {
  /** Teachers, then strategies: those chosen, and the direct training that they are judged by. */
  readonly models: readonly Model[];
  /** Verdicts on the strategies chosen, in the same order. */
  readonly verdicts: readonly Verdict[];
}

export function chosenRows(comparison: ComparisonData, { outcomes, query, sort }: RowChoice): ChosenRows {
  const verdictOf = new Map(comparison.verdicts.map((verdict) => [verdict.group, verdict]));
  const wanted = query.trim().toLowerCase();
  const isWanted = (model: Model) => model.label.toLowerCase().includes(wanted);
  const chosen = comparison.groups.filter((group) => {
    const outcome = verdictOf.get(group.key)?.outcome;
    const passes = outcomes.length === 0 || (outcome !== undefined && outcomes.includes(outcome));
    return passes && isWanted(group);
  });
  const keys = new Set(chosen.map(({ key }) => key));
  const baselines = new Set(chosen.map(({ key }) => verdictOf.get(key)?.baseline));
  const shown = comparison.groups.filter(({ key }) => keys.has(key) || baselines.has(key));
  const ordered = sort === null ? shown : sorted(shown, sort, (model) => sortValue(model, sort, verdictOf));
  return {
    models: [...comparison.teachers, ...ordered],
    verdicts: ordered.flatMap(({ key }) => (keys.has(key) ? (verdictOf.get(key) ?? []) : [])),
  };
}

function sortValue(model: Model, { key }: RowSort, verdictOf: ReadonlyMap<string, Verdict>): number | null {
  if (key === 'gain') return verdictOf.get(model.key)?.mean ?? null;
  return (model.figures as Partial<Record<FigureKey, { mean: number } | null>>)[key]?.mean ?? null;
}

/** What is not known comes last, either way. */
function sorted<T>(models: readonly T[], { key, reversed }: RowSort, read: (model: T) => number | null): T[] {
  const lowerFirst = key !== 'gain' && figureKind(key).better === 'lower';
  const sign = lowerFirst === reversed ? -1 : 1;
  return models.toSorted((one, other) => {
    const [a, b] = [read(one), read(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b);
  });
}

/** The next order after a press on a head: the best first, the worst first, as started. */
export function nextSort(sort: RowSort | null, key: RowSort['key']): RowSort | null {
  if (sort?.key !== key) return { key, reversed: false };
  return sort.reversed ? null : { key, reversed: true };
}
