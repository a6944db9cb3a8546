import type { Comparison } from '../figures.ts';
import { formatGain, formatGainInterval } from './gain.ts';
import type { Verdict } from './verdict.ts';

/** '+0.42 pp, 95 % interval [+0.12, +0.72] pp', with as many digits as the spread allows; empty without pairs. */
export function differenceText(
  verdict: Pick<Verdict, 'mean' | 'deviation' | 'interval' | 'confidence' | 'metric'>,
): string {
  const { mean, metric, deviation, interval } = verdict;
  if (mean === null) return '';
  const text = formatGain(mean, metric, deviation);
  if (interval === null) return text;
  const confidence = `${Math.round(verdict.confidence * 100)} % interval`;
  return `${text}, ${confidence} ${formatGainInterval(interval, metric, deviation)}`;
}

/** 'MNIST response BEATS MNIST direct', with the labels of the two groups. */
export function verdictTitle(verdict: Verdict, comparison: Comparison): string {
  const label = (key: string | null) => comparison.groups.find((group) => group.key === key)?.label;
  const baseline = label(verdict.baseline);
  const against = verdict.outcome === 'INCONCLUSIVE' ? ' against ' : ' ';
  return `${label(verdict.group) ?? verdict.group}: ${verdict.outcome}${baseline ? against + baseline : ''}`;
}

/** What a reader must know of verdicts in general; printed under them in every report. */
export const verdictMethod =
  'Each verdict compares a strategy with direct training of the same student on the same data, budget and seeds: the paired t interval of the gain in test accuracy, or, for language models, in loss per token (nats; 0.01 nats are one percent of perplexity). BEATS: the whole interval is above zero, and the mean gain is one that matters (at least 0.1 pp; 0.01 nats). DOES NOT BEAT: the whole interval is below the smallest gain that matters. INCONCLUSIVE: neither, or the differences show no spread. Each interval stands for itself; among many strategies one in twenty may beat direct training by chance.';
