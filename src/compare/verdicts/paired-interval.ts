import quantile from '@stdlib/stats-base-dists-t-quantile';
import { spreadOf } from '../figures/spread.ts';

export interface PairedInterval {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation of the differences. */
  readonly deviation: number;
  readonly interval: readonly [number, number];
  readonly confidence: number;
}

/**
 * Student's t interval of the mean of paired differences: d̄ ± t(1 − (1 − confidence)/2, n − 1) · s/√n (Student 1908).
 * Null for fewer than two differences: a single one says nothing about how far the next would be.
 */
export function pairedInterval(differences: readonly number[], confidence = 0.95): PairedInterval | null {
  const spread = spreadOf(differences);
  if (spread === null || spread.deviation === null) return null;
  const { n, mean, deviation } = spread;
  const reach = (quantile(1 - (1 - confidence) / 2, n - 1) * deviation) / Math.sqrt(n);
  return { n, mean, deviation, interval: [mean - reach, mean + reach], confidence };
}

/**
 * How many pairs would make an interval reach less far from its mean than `distance`, if mean and spread stay as they
 * are: the distance to zero, or to another bound that it is to leave out. Null where no number up to `limit` would.
 */
export function pairsNeeded(
  distance: number,
  deviation: number,
  confidence = 0.95,
  limit = 100,
): number | null {
  if (distance === 0) return null;
  for (let n = 2; n <= limit; n++)
    if ((quantile(1 - (1 - confidence) / 2, n - 1) * deviation) / Math.sqrt(n) < Math.abs(distance)) return n;
  return null;
}
