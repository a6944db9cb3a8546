import { type Comparability, comparability, describeDifferences } from './comparability.ts';
import { formatPoints } from './formatting.ts';
import type { RunGroup } from './groups.ts';
import { pairedInterval, pairsNeeded } from './paired-interval.ts';

export type Outcome = 'BEATS' | 'DOES NOT BEAT' | 'INCONCLUSIVE';

/** A seed that both strategies were run with. Accuracies are fractions. */
export interface SeedPair {
  readonly seed: number;
  readonly run: string;
  readonly baselineRun: string;
  readonly accuracy: number;
  readonly baselineAccuracy: number;
  readonly difference: number;
}

/** Whether a strategy beats direct training of the same student, with all the verdict rests on. */
export interface Verdict {
  /** Key of the group judged. */
  readonly group: string;
  /** Key of the directly trained group it is judged against. */
  readonly baseline: string | null;
  readonly outcome: Outcome;
  readonly pairs: readonly SeedPair[];
  /** Mean difference of accuracy, strategy minus direct; null without pairs. */
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly interval: readonly [number, number] | null;
  readonly confidence: number;
  readonly relevantGain: number;
  /** One sentence: why this outcome. */
  readonly reason: string;
  /** What else a reader must know. */
  readonly notes: readonly string[];
  /** Seeds in all that would settle an inconclusive verdict, if mean and spread stay as they are. */
  readonly seedsNeeded: number | null;
}

export interface VerdictOptions {
  /** Of the interval; 0.95 unless told. */
  readonly confidence?: number;
  /** Gains below this fraction do not count as gains; 0.001 unless told: a tenth of a percentage point. */
  readonly relevantGain?: number;
}

/**
 * Judges every group but the directly trained ones. The yardstick is direct training of the same student on the same data
 * with the same budget; each seed is one pair, so that what both runs share (initial weights, order of samples, labelled
 * subset) cancels out: Bouthillier et al. 2021, 'Accounting for Variance in Machine Learning Benchmarks', and Dietterich
 * 1998, 'Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms'.
 *
 * With the paired t interval of the difference in accuracy:
 * - BEATS: the whole interval is above zero.
 * - DOES NOT BEAT: the whole interval is below the smallest gain that matters, so that a real gain is excluded, not just
 *   not found (an equivalence bound: Lakens 2017). An interval that ends at zero or below is such a one.
 * - INCONCLUSIVE: everything else, fewer than two pairs, or differences without any spread, which do not tell what the
 *   next seed would bring.
 *
 * Seeds vary training, not the test samples: the verdict holds for this test set.
 */
export function judge(groups: readonly RunGroup[], options: VerdictOptions = {}): Verdict[] {
  const direct = groups.filter((group) => group.strategy === 'direct');
  return groups
    .filter((group) => group.strategy !== 'direct')
    .map((group) => judgeGroup(group, direct, options.confidence ?? 0.95, options.relevantGain ?? 0.001));
}

function judgeGroup(
  group: RunGroup,
  direct: readonly RunGroup[],
  confidence: number,
  relevantGain: number,
): Verdict {
  const choice = chooseBaseline(group, direct);
  const open = {
    group: group.key,
    baseline: choice.baseline?.key ?? null,
    outcome: 'INCONCLUSIVE' as const,
    pairs: [],
    mean: null,
    deviation: null,
    interval: null,
    confidence,
    relevantGain,
    notes: [],
    seedsNeeded: null,
  };
  if (choice.baseline === null) return { ...open, reason: choice.reason };

  const pairs = pairsOf(group, choice.baseline);
  const notes = notesOn(group, choice.baseline, pairs, choice.other);
  if (pairs.length === 0)
    return {
      ...open,
      notes,
      reason: `No seed has a finished run of both this strategy and direct training, so nothing can be paired.`,
    };
  const differences = pairs.map((pair) => pair.difference);
  const paired = pairedInterval(differences, confidence);
  if (paired === null)
    return {
      ...open,
      pairs,
      mean: differences[0]!,
      notes,
      reason: 'A single shared seed shows no spread; run both with at least three seeds.',
    };
  const { mean, deviation, interval } = paired;
  const measured = { ...open, pairs, mean, deviation, interval, notes };
  const n = pairs.length;
  if (deviation === 0 && mean !== 0)
    return {
      ...measured,
      reason: `All ${n} seeds show exactly the same difference, which is too regular to tell a spread from; use more seeds or a larger test set.`,
    };
  if (interval[0] > 0)
    return {
      ...measured,
      outcome: 'BEATS',
      reason: `Over ${n} paired seeds the whole interval is above zero.`,
    };
  if (interval[1] <= 0)
    return {
      ...measured,
      outcome: 'DOES NOT BEAT',
      reason: `Over ${n} paired seeds no part of the interval is above zero.`,
    };
  if (interval[1] < relevantGain)
    return {
      ...measured,
      outcome: 'DOES NOT BEAT',
      reason: `Over ${n} paired seeds the interval excludes a gain of ${formatPoints(relevantGain)} or more.`,
    };
  return {
    ...measured,
    seedsNeeded: pairsNeeded(mean, deviation, confidence),
    reason: `Over ${n} paired seeds the interval reaches from no gain to one that would matter.`,
  };
}

function chooseBaseline(group: RunGroup, direct: readonly RunGroup[]) {
  if (direct.length === 0)
    return {
      baseline: null,
      reason: 'No directly trained student is among these runs; run the same student with strategy "direct".',
    };
  const judged = direct.map((candidate) => ({ candidate, ...comparability(group, candidate) }));
  const fair = judged
    .filter(({ blocking }) => blocking.length === 0)
    .sort(
      (a, b) =>
        a.other.length - b.other.length ||
        pairsOf(group, b.candidate).length - pairsOf(group, a.candidate).length,
    )[0];
  if (fair) return { baseline: fair.candidate, other: fair.other };
  const nearest = judged.sort((a, b) => a.blocking.length - b.blocking.length)[0]!;
  return {
    baseline: null,
    reason: `No directly trained run has the same data, student and budget; the nearest, ${nearest.candidate.label}, differs: ${describeDifferences(nearest.blocking)}.`,
  };
}

function pairsOf(group: RunGroup, baseline: RunGroup): SeedPair[] {
  const bySeed = new Map(baseline.counted.map((run) => [run.seed, run]));
  return group.counted.flatMap((run) => {
    const other = bySeed.get(run.seed);
    const accuracy = run.student?.accuracy ?? null;
    const baselineAccuracy = other?.student?.accuracy ?? null;
    if (other === undefined || accuracy === null || baselineAccuracy === null) return [];
    return [
      {
        seed: run.seed,
        run: run.run,
        baselineRun: other.run,
        accuracy,
        baselineAccuracy,
        difference: accuracy - baselineAccuracy,
      },
    ];
  });
}

function notesOn(
  group: RunGroup,
  baseline: RunGroup,
  pairs: readonly SeedPair[],
  other: Comparability['other'],
): string[] {
  const notes: string[] = [];
  if (other.length > 0)
    notes.push(
      `Not only the strategy differs from the directly trained student: ${describeDifferences(other)}.`,
    );
  const paired = new Set(pairs.map((pair) => pair.seed));
  const left = [...new Set([...group.seeds, ...baseline.seeds])].filter((seed) => !paired.has(seed));
  if (left.length > 0 && pairs.length > 0)
    notes.push(
      `${left.length === 1 ? 'Seed' : 'Seeds'} ${left.slice(0, 10).join(', ')}${left.length > 10 ? ', …' : ''} left out: no finished partner with a known accuracy.`,
    );
  return notes;
}
