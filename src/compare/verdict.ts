import { type Comparability, comparability, describeDifferences } from './comparability.ts';
import { formatGain } from './gain.ts';
import type { RunGroup } from './groups.ts';
import { pairedInterval, pairsNeeded } from './paired-interval.ts';
import { YardstickFinder } from './yardstick.ts';

export type Outcome = 'BEATS' | 'DOES NOT BEAT' | 'INCONCLUSIVE';

/** What verdicts are about: accuracy as a fraction, or, of language models, the loss in nats per token. */
export type VerdictMetric = 'accuracy' | 'loss';

/** A seed that both strategies were run with. */
export interface SeedPair {
  readonly seed: number;
  readonly run: string;
  readonly baselineRun: string;
  readonly value: number;
  readonly baselineValue: number;
  /** The gain: above zero where the strategy is the better one, whichever direction is good. */
  readonly difference: number;
}

/** Whether a strategy beats direct training of the same student, with all the verdict rests on. */
export interface Verdict {
  /** Key of the group judged. */
  readonly group: string;
  /** Key of the directly trained group it is judged against. */
  readonly baseline: string | null;
  readonly metric: VerdictMetric;
  readonly outcome: Outcome;
  readonly pairs: readonly SeedPair[];
  /** Mean gain over direct training; null without pairs. */
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
  /**
   * Gains below this do not count as gains. Unless told: 0.001 of accuracy, a tenth of a percentage point; 0.01 nats of
   * loss, one per cent of perplexity.
   */
  readonly relevantGain?: number;
}

/** What is no distillation: the yardstick, and the alternatives, which have no student to train another way. */
const notJudged = new Set(['direct', 'quantize', 'prune']);

/**
 * Judges every group in which a student learns from a teacher, from itself or from peers. The yardstick is direct training of the same student on the same data
 * with the same budget; each seed is one pair, so that what both runs share (initial weights, order of samples, labelled
 * subset) cancels out: Bouthillier et al. 2021, 'Accounting for Variance in Machine Learning Benchmarks', and Dietterich
 * 1998, 'Approximate Statistical Tests for Comparing Supervised Classification Learning Algorithms'.
 *
 * With the paired t interval of the gain in accuracy, or, of language models, in loss, whose exponential is perplexity:
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
  const yardsticks = direct.length > 0 ? new YardstickFinder(direct) : null;
  return groups
    .filter((group) => !notJudged.has(group.strategy))
    .map((group) => judgeGroup(group, yardsticks, options));
}

function judgeGroup(group: RunGroup, yardsticks: YardstickFinder | null, options: VerdictOptions): Verdict {
  const metric: VerdictMetric = group.figures.perplexity === null ? 'accuracy' : 'loss';
  const confidence = options.confidence ?? 0.95;
  const relevantGain = options.relevantGain ?? (metric === 'accuracy' ? 0.001 : 0.01);
  const choice = chooseBaseline(group, yardsticks, metric);
  const open = {
    group: group.key,
    baseline: choice.baseline?.key ?? null,
    metric,
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

  const pairs = pairsOf(group, choice.baseline, metric);
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
      reason: `Over ${n} paired seeds the interval excludes a gain of ${formatGain(relevantGain, metric)} or more.`,
    };
  return {
    ...measured,
    seedsNeeded: pairsNeeded(mean, deviation, confidence),
    reason: `Over ${n} paired seeds the interval reaches from no gain to one that would matter.`,
  };
}

function chooseBaseline(group: RunGroup, yardsticks: YardstickFinder | null, metric: VerdictMetric) {
  if (yardsticks === null)
    return {
      baseline: null,
      reason: 'No directly trained student is among these runs; run the same student with strategy "direct".',
    };
  const found = yardsticks.of(group);
  if ('nearest' in found) {
    const { blocking } = comparability(group, found.nearest);
    return {
      baseline: null,
      reason: `No directly trained run has the same data, student and budget; the nearest, ${found.nearest.label}, differs: ${describeDifferences(blocking)}.`,
    };
  }
  const [first, ...others] = found.fair.map((candidate) => ({
    candidate,
    pairs: pairsOf(group, candidate, metric).length,
  }));
  const { candidate } = others.reduce((best, one) => (one.pairs > best.pairs ? one : best), first!);
  return { baseline: candidate, other: comparability(group, candidate).other };
}

function pairsOf(group: RunGroup, baseline: RunGroup, metric: VerdictMetric): SeedPair[] {
  const bySeed = new Map(baseline.counted.map((run) => [run.seed, run]));
  return group.counted.flatMap((run) => {
    const other = bySeed.get(run.seed);
    const value = run.student?.[metric] ?? null;
    const baselineValue = other?.student?.[metric] ?? null;
    if (other === undefined || value === null || baselineValue === null) return [];
    return [
      {
        seed: run.seed,
        run: run.run,
        baselineRun: other.run,
        value,
        baselineValue,
        difference: metric === 'accuracy' ? value - baselineValue : baselineValue - value,
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
