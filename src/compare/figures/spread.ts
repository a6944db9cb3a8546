import { known } from '../compared-run.ts';

/** A figure over seeds. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for a single value. */
  readonly deviation: number | null;
  readonly lowest: number;
  readonly highest: number;
}

/** The spread of the known values, or null where there is none; missing, NaN and infinite ones do not count. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | null {
  const finite = values.map(known).filter((value) => value !== null);
  const n = finite.length;
  if (n === 0) return null;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of finite) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (lowest === highest) return { n, mean: lowest, deviation: n === 1 ? null : 0, lowest, highest };
  const mean = finite.reduce((sum, value) => sum + value / n, 0);
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: Math.sqrt(squares / (n - 1)), lowest, highest };
}
