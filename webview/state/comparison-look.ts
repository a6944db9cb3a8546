import { type FigureKey, figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';

export type Outcome = Verdict['outcome'];

/** By the gain of the verdict, or by a figure; the best come first unless it is reversed. */
export interface RowSort {
  readonly key: 'gain' | FigureKey;
  readonly reversed: boolean;
}

/** How what is said of runs on the same data is set. */
export interface PartLook {
  /** Outcomes shown; all where none is named. */
  readonly outcomes: readonly Outcome[];
  /** Part of the names of the strategies shown. */
  readonly query: string;
  readonly sort: RowSort | null;
  /** How many verdict cards are open. */
  readonly cards: number;
  readonly allRows: boolean;
  readonly allModels: boolean;
}

/** How the comparison that was last set is set; another one begins as usual. */
export interface ComparisonLook {
  readonly runs: readonly string[];
  /** By the keys of its sections. */
  readonly parts: Readonly<Record<string, PartLook>>;
}

export const usualLook: PartLook = {
  outcomes: [],
  query: '',
  sort: null,
  cards: 0,
  allRows: false,
  allModels: false,
};

export const noLook: ComparisonLook = { runs: [], parts: {} };

const sameRuns = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((run, index) => run === other[index]);

export const lookOf = (kept: ComparisonLook, runs: readonly string[], key: string): PartLook =>
  (sameRuns(kept.runs, runs) && Object.hasOwn(kept.parts, key) ? kept.parts[key] : undefined) ?? usualLook;

export const withLook = (
  kept: ComparisonLook,
  runs: readonly string[],
  key: string,
  look: PartLook,
): ComparisonLook => ({ runs, parts: { ...(sameRuns(kept.runs, runs) ? kept.parts : {}), [key]: look } });

const outcomes: readonly Outcome[] = ['BEATS', 'DOES NOT BEAT', 'INCONCLUSIVE'];
const sortKeys: readonly string[] = ['gain', ...figureKinds.map(({ key }) => key)];
/** Sections whose look is kept; more are none that this page wrote. */
const most = 100;

/** What was kept, as far as it makes sense. */
export function readComparisonLook(kept: unknown): ComparisonLook {
  const { runs, parts } = recordOf(kept);
  if (!Array.isArray(runs) || !runs.every((run) => typeof run === 'string')) return noLook;
  const known = Object.entries(recordOf(parts))
    .filter(([key]) => key !== '__proto__')
    .slice(0, most);
  return { runs, parts: Object.fromEntries(known.map(([key, part]) => [key, readPart(part)])) };
}

function readPart(kept: unknown): PartLook {
  const part = recordOf(kept);
  const sort = recordOf(part.sort);
  return {
    outcomes: Array.isArray(part.outcomes)
      ? outcomes.filter((outcome) => (part.outcomes as unknown[]).includes(outcome))
      : [],
    query: typeof part.query === 'string' ? part.query : '',
    sort:
      typeof sort.key === 'string' && sortKeys.includes(sort.key) && typeof sort.reversed === 'boolean'
        ? { key: sort.key as RowSort['key'], reversed: sort.reversed }
        : null,
    cards: Number.isSafeInteger(part.cards) ? Math.max(0, part.cards as number) : 0,
    allRows: part.allRows === true,
    allModels: part.allModels === true,
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
