/** An interval in which a share lies, 0…1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the standard normal distribution: 95 % lie within. */
const z95 = 1.959963984540054;

/**
 * The 95 % interval of a share by Wilson's score (Wilson 1927), which holds for few samples and for shares near 0 and 1.
 * @returns undefined without samples
 */
export function wilson(hits: number, samples: number): Interval | undefined {
  if (samples === 0) return undefined;
  const share = hits / samples;
  const squared = z95 ** 2 / samples;
  const middle = share + squared / 2;
  const half = z95 * Math.sqrt((share * (1 - share)) / samples + squared / (4 * samples));
  const [low, high] = [(middle - half) / (1 + squared), (middle + half) / (1 + squared)];
  return { low: hits === 0 ? 0 : low, high: hits === samples ? 1 : high };
}

/**
 * The 95 % interval of a mean over independent samples, by the normal distribution.
 * @returns undefined for fewer than two
 */
export function meanInterval(values: readonly number[]): Interval | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = z95 * Math.sqrt(squares / (count - 1) / count);
  return { low: mean - half, high: mean + half };
}

/**
 * McNemar's test (McNemar 1947) of whether two models that answered the same samples are right equally often, exact for
 * any number of samples: under that, which of them is right where only one is, is a fair coin.
 * @param onlyOne samples that the one answers right and the other wrong
 * @param onlyOther the other way round
 * @returns p, two-sided: twice the binomial tail, at most 1
 */
export function mcnemar(onlyOne: number, onlyOther: number): number {
  const tosses = onlyOne + onlyOther;
  const fewer = Math.min(onlyOne, onlyOther);
  // Terms fall from here on; the first is C(n, k) / 2ⁿ, whose logarithm is finite where it itself is not.
  let logarithm = -tosses * Math.LN2;
  for (let heads = 1; heads <= fewer; heads++) logarithm += Math.log((tosses - heads + 1) / heads);
  let term = 1;
  let sum = 0;
  for (let heads = fewer; heads >= 0 && term > 0; heads--) {
    sum += term;
    term *= heads / (tosses - heads + 1);
  }
  return Math.min(1, 2 * Math.exp(logarithm + Math.log(sum)));
}
