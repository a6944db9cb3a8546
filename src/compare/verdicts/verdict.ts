import { taskOfDataset } from '../../experiment/datasets/all.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import type { RunGroup } from '../groups.ts';
import { byDataSet } from '../sections/sections.ts';
import { type Comparability, comparability, describeDifferences } from './comparability.ts';
import { touchVerdict } from './doubted.ts';
import { metricFacts, type VerdictMetric } from './metric.ts';
import { type SeedPair, sameAnswers, seedPairs } from './seed-pairs.ts';
import { unlabelledNotes } from './unlabelled-notes.ts';
import { decide, type Finding, type Outcome } from './verdict-rule.ts';
import { YardstickFinder } from './yardstick.ts';

export type { VerdictMetric } from './metric.ts';
export type { SeedPair } from './seed-pairs.ts';
export type { Finding, Outcome } from './verdict-rule.ts';

/** Whether a strategy beats direct training of the same student, with all the verdict rests on. */
export interface Verdict {
  /** Key of the group judged. */
  readonly group: string;
  /** Key of the directly trained group it is judged against. */
  readonly baseline: string | null;
  readonly metric: VerdictMetric;
  readonly outcome: Outcome;
  /** What the differences show, more closely than the outcome. */
  readonly finding: Finding;
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
   * Gains below this do not matter. Unless told: 0.001 of accuracy, a tenth of a percentage point; 0.01 nats of loss, one
   * percent of perplexity; 0.005 of R².
   */
  readonly relevantGain?: number;
}

/**
 * Judges every group with results, all of them on the same data, in which a student learns from a teacher, from itself or from peers. The yardstick is
 * direct training of the same student on the same data with the same budget; each seed is one pair, so that what both
 * runs share (initial weights, order of samples, labelled subset) cancels out: Bouthillier et al. 2021, 'Accounting for
 * Variance in Machine Learning Benchmarks', and Dietterich 1998, 'Approximate Statistical Tests for Comparing Supervised
 * Classification Learning Algorithms'. How the paired t interval of the gain in accuracy, or, of language models, in loss,
 * becomes an outcome, `decide` tells.
 *
 * Seeds vary training, not the test samples: the verdict holds for this test set.
 */
export function judge(groups: readonly RunGroup[], options: VerdictOptions = {}): Verdict[] {
  const yardsticks = yardsticksAmong(groups);
  return groups
    .filter((group) => roleOf(group.strategy) === 'distillation' && group.counted.length > 0)
    .map((group) => judgeGroup(group, yardsticks, options));
}

/** The one of the groups that a group among them would be judged by, or why there is none; it need not have results. */
export function baselineOf(
  group: RunGroup,
  groups: readonly RunGroup[],
): { readonly baseline: RunGroup } | { readonly baseline: null; readonly reason: string } {
  const same = byDataSet(groups).find((one) => one.includes(group)) ?? [];
  return chooseBaseline(group, yardsticksAmong(same), metricOf(group));
}

function yardsticksAmong(groups: readonly RunGroup[]): YardstickFinder | null {
  const direct = groups.filter((group) => roleOf(group.strategy) === 'yardstick');
  return direct.length > 0 ? new YardstickFinder(direct) : null;
}

const metricOf = ({ config }: RunGroup): VerdictMetric => taskOfDataset(config.dataset.kind).judgedBy;

function judgeGroup(group: RunGroup, yardsticks: YardstickFinder | null, options: VerdictOptions): Verdict {
  const metric = metricOf(group);
  const confidence = options.confidence ?? 0.95;
  const relevantGain = options.relevantGain ?? metricFacts(metric).smallestGain;
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
    seedsNeeded: null,
  };
  const { baseline } = choice;
  if (baseline === null)
    return {
      ...open,
      finding: 'no-baseline',
      notes: [...unlabelledNotes(group, null), ...doubtsOn(group, null)],
      reason: choice.reason,
    };

  const pairs = seedPairs(group, baseline, metric);
  const notes = [
    ...unlabelledNotes(group, baseline),
    ...notesOn(group, baseline, pairs, metric, choice.other),
    ...doubtsOn(group, baseline),
  ];
  if (pairs.length === 0)
    return {
      ...open,
      finding: 'no-pairs',
      notes,
      reason: `No seed has a finished run of both this strategy and direct training, so nothing can be paired.`,
    };
  const decision = decide({
    ...{ metric, confidence, relevantGain },
    differences: pairs.map((pair) => pair.difference),
    identical: () => sameAnswers(group, baseline),
  });
  return { ...open, pairs, notes, ...decision };
}

function chooseBaseline(group: RunGroup, yardsticks: YardstickFinder | null, metric: VerdictMetric) {
  if (yardsticks === null)
    return {
      baseline: null,
      reason:
        'No directly trained student on this data is among these runs; run the same student with strategy "direct".',
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
    pairs: seedPairs(group, candidate, metric).length,
  }));
  const { candidate } = others.reduce((best, one) => (one.pairs > best.pairs ? one : best), first!);
  return { baseline: candidate, other: comparability(group, candidate).other };
}

function notesOn(
  group: RunGroup,
  baseline: RunGroup,
  pairs: readonly SeedPair[],
  metric: VerdictMetric,
  other: Comparability['other'],
): string[] {
  const notes: string[] = [];
  if (other.length > 0)
    notes.push(
      `Not only the strategy differs from the directly trained student: ${describeDifferences(other)}.`,
    );
  if ((group.data === null) !== (baseline.data === null))
    notes.push(
      `What data ${group.data === null ? 'these runs' : 'the directly trained runs'} read was not recorded, so it cannot be told whether it was the same.`,
    );
  const paired = new Set(pairs.map((pair) => pair.seed));
  const left = [...new Set([...group.seeds, ...baseline.seeds])].filter((seed) => !paired.has(seed));
  if (left.length > 0 && pairs.length > 0)
    notes.push(
      `${left.length === 1 ? 'Seed' : 'Seeds'} ${left.slice(0, 10).join(', ')}${left.length > 10 ? ', …' : ''} left out: no finished partner with a known ${metricFacts(metric).name}.`,
    );
  return notes;
}

/** That results are in doubt; the doubts themselves stand beside the groups. */
function doubtsOn(group: RunGroup, baseline: RunGroup | null): string[] {
  return [
    ...(touchVerdict(group.doubts) ? ['The results of this strategy are in doubt.'] : []),
    ...(baseline !== null && touchVerdict(baseline.doubts)
      ? ['The results of direct training are in doubt, and so is what is judged by them.']
      : []),
  ];
}
