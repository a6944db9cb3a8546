import { decimalsForNoise, formatPoints, formatPointsInterval, missing } from '../formatting.ts';
import { metricFacts, type VerdictMetric } from './metric.ts';

const signed = (value: number, decimals: number): string => {
  const text = Math.abs(value).toFixed(decimals);
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`;
};

/** A gain over direct training with its unit: percentage points of a share, nats per token, or a difference in another score. */
export function formatGain(
  gain: number | null,
  metric: VerdictMetric,
  deviation: number | null = null,
): string {
  if (gain === null || !Number.isFinite(gain)) return missing;
  const decimals = gainDecimals(metric, deviation);
  const { share, unit } = metricFacts(metric);
  return share ? formatPoints(gain, decimals) : `${signed(gain, decimals)} ${unit}`;
}

/** [+0.12, +0.65] pp, or [+0.012, +0.065] nats. */
export function formatGainInterval(
  interval: readonly [number, number] | null,
  metric: VerdictMetric,
  deviation: number | null = null,
): string {
  if (interval === null) return missing;
  const decimals = gainDecimals(metric, deviation);
  const { share, unit } = metricFacts(metric);
  if (share) return formatPointsInterval(interval, decimals);
  return `[${interval.map((end) => signed(end, decimals)).join(', ')}] ${unit}`;
}

/** As many decimals as the spread over seeds deserves, and no fewer than are usual. */
function gainDecimals(metric: VerdictMetric, deviation: number | null): number {
  const { share } = metricFacts(metric);
  const usual = share ? 2 : 3;
  const shown = (deviation ?? 0) * (share ? 100 : 1);
  // Less than any figure shows is the noise of arithmetic.
  return shown < 5e-7 ? usual : Math.max(usual, decimalsForNoise(shown));
}
