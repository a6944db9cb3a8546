import { formatGain } from './gain.ts';
import { metricFacts, type VerdictMetric } from './metric.ts';
import { pairedInterval, pairsNeeded } from './paired-interval.ts';

export type Outcome = 'BEATS' | 'DOES NOT BEAT' | 'INCONCLUSIVE';

/**
 * What the differences show, for whoever needs more than the outcome:
 * - gain: BEATS.
 * - small-gain, no-difference, no-gain, worse: DOES NOT BEAT.
 * - unsure-gain: a gain that may be too small to matter; undecided: from no gain to one that matters; identical, equal and
 *   no-spread: differences that tell no spread; one-pair, no-pairs, no-baseline: too little to judge. All INCONCLUSIVE.
 */
export type Finding =
  | 'gain'
  | 'small-gain'
  | 'no-difference'
  | 'no-gain'
  | 'worse'
  | 'unsure-gain'
  | 'undecided'
  | 'identical'
  | 'equal'
  | 'no-spread'
  | 'one-pair'
  | 'no-pairs'
  | 'no-baseline';

export interface Decision {
  readonly outcome: Outcome;
  readonly finding: Finding;
  /** Mean gain; the only one there is where there is a single pair. */
  readonly mean: number;
  readonly deviation: number | null;
  readonly interval: readonly [number, number] | null;
  /** One sentence: why this outcome. */
  readonly reason: string;
  /** Pairs in all that would settle an inconclusive verdict, if mean and spread stay as they are. */
  readonly seedsNeeded: number | null;
}

export interface DecisionInput {
  /** Gains seed by seed, one at least; above zero is better. */
  readonly differences: readonly number[];
  readonly metric: VerdictMetric;
  readonly confidence: number;
  /** Smallest gain that matters, above zero, in the unit of the metric. */
  readonly relevantGain: number;
  /** Whether nothing else that was measured differs either; asked where all differences are zero. */
  readonly identical: () => boolean;
}

/** Below this, differences of fractions and nats are rounding: they are sums of at most a few dozen doubles near one. */
const rounding = 1e-12;

/**
 * Judges paired gains by their t interval [low, high], their mean, and the smallest gain that matters, δ:
 *
 * - BEATS: low > 0 and mean ≥ δ. The gain is not chance, and as large as matters by the best estimate there is: the dual
 *   criterion of statistical significance and relevance (Roychoudhury, Scheuer & Neuenschwander 2018, 'Beyond p-values: a
 *   phase II dual-criterion design with statistical significance and clinical relevance').
 * - DOES NOT BEAT: high < δ. A gain that matters is excluded, not just not found: the non-superiority half of an
 *   equivalence test (Lakens 2017, 'Equivalence Tests'). That includes a gain that is certain but too small, and an
 *   interval wholly within (−δ, δ), which shows that there is no difference that matters.
 * - INCONCLUSIVE: everything else. Also where differences show no spread, from which no interval follows: a single pair,
 *   the same difference in each seed, or none at all, which says that the strategy did nothing rather than that it did
 *   not help.
 *
 * The outcomes exclude each other, since mean ≥ δ implies high ≥ δ.
 */
export function decide(input: DecisionInput): Decision {
  const { differences, metric, confidence, relevantGain: relevant } = input;
  const n = differences.length;
  const paired = pairedInterval(differences, confidence);
  if (paired === null)
    return {
      outcome: 'INCONCLUSIVE',
      finding: 'one-pair',
      mean: differences[0]!,
      deviation: null,
      interval: null,
      seedsNeeded: null,
      reason: 'A single shared seed shows no spread; run both with at least three seeds.',
    };
  const { mean, deviation, interval } = paired;
  const [low, high] = interval;
  const over = `Over ${n} paired seeds`;
  const matters = formatGain(relevant, metric);
  const found = (outcome: Outcome, finding: Finding, reason: string): Decision => ({
    ...{ outcome, finding, reason, mean, deviation, interval },
    seedsNeeded: null,
  });

  if (deviation <= rounding) {
    const found = (finding: Finding, reason: string): Decision => ({
      ...{ outcome: 'INCONCLUSIVE', finding, reason, mean: Math.abs(mean) <= rounding ? 0 : mean },
      ...{ deviation: 0, interval: null, seedsNeeded: null },
    });
    if (Math.abs(mean) > rounding)
      return found(
        'no-spread',
        `All ${n} seeds show exactly the same difference, which is too regular to tell a spread from; use more seeds or a larger test set.`,
      );
    return input.identical()
      ? found(
          'identical',
          `All ${n} seeds gave exactly the results of direct training: the strategy changed nothing. Look for a fault, such as a teacher whose answers have no weight in the loss, or the same runs compared with themselves.`,
        )
      : found(
          'equal',
          `All ${n} seeds have exactly the ${metricFacts(metric).name} of direct training, although the models differ; use a larger test set, on which small differences show.`,
        );
  }
  if (low > 0 && mean >= relevant) return found('BEATS', 'gain', `${over} the whole interval is above zero.`);
  if (high < relevant) {
    if (low > 0)
      return found(
        'DOES NOT BEAT',
        'small-gain',
        `${over} there is a gain, but the whole interval is below ${matters}, the smallest gain that matters.`,
      );
    if (low > -relevant)
      return found(
        'DOES NOT BEAT',
        'no-difference',
        `${over} there is no difference that matters: the whole interval is closer to zero than ${matters.slice(1)}.`,
      );
    return high <= 0
      ? found('DOES NOT BEAT', 'worse', `${over} no part of the interval is above zero.`)
      : found('DOES NOT BEAT', 'no-gain', `${over} the interval excludes a gain of ${matters} or more.`);
  }
  const open = {
    ...{ outcome: 'INCONCLUSIVE' as const, mean, deviation, interval },
    // What would lift the interval above zero, or push it below the smallest gain that matters.
    seedsNeeded: pairsNeeded(mean >= relevant ? mean : relevant - mean, deviation, confidence),
  };
  if (low > 0)
    return {
      ...open,
      finding: 'unsure-gain',
      reason: `${over} there is a gain, but its mean is below ${matters}, the smallest that matters, and a larger one is not excluded.`,
    };
  return {
    ...open,
    finding: 'undecided',
    reason: `${over} the interval reaches from no gain to one that would matter.`,
  };
}
