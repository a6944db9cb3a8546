import type { Comparison } from './figures.ts';
import { decimalsForNoise, formatPoints, formatPointsInterval } from './formatting.ts';
import type { Verdict } from './verdict.ts';

/** '+0.42 pp, 95 % interval [+0.12, +0.72] pp', with as many digits as the spread allows; empty without pairs. */
export function differenceText(verdict: Verdict): string {
  if (verdict.mean === null) return '';
  const decimals = verdict.deviation ? Math.max(2, decimalsForNoise(verdict.deviation * 100)) : 2;
  const mean = formatPoints(verdict.mean, decimals);
  if (verdict.interval === null) return mean;
  const confidence = `${Math.round(verdict.confidence * 100)} % interval`;
  return `${mean}, ${confidence} ${formatPointsInterval(verdict.interval, decimals)}`;
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
  'Each verdict compares a strategy with direct training of the same student on the same data, budget and seeds: the paired t interval of the difference in test accuracy. BEATS: the whole interval is above zero. DOES NOT BEAT: the interval excludes a gain that matters (0.1 pp). INCONCLUSIVE: neither. Each interval stands for itself; among many strategies one in twenty may beat direct training by chance.';
