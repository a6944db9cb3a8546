import type { Quality } from './quality.ts';

/** What a model's numbers say about it beside the labels, gathered answer by answer. */
export class RegressionMetrics implements Quality {
  readonly numbers = true;
  readonly predictions: number[] = [];
  /** The true number of each sample, in the same order. */
  readonly targets: number[] = [];
  unanswered = 0;
  readonly accuracy = Number.NaN;
  readonly calibrationError = Number.NaN;
  readonly reliability = [];

  /** An answer that is NaN or infinite is none. */
  add(answer: number, target: number): void {
    if (!Number.isFinite(answer)) this.unanswered++;
    this.predictions.push(Number.isFinite(answer) ? answer : 0);
    this.targets.push(target);
  }

  /** The mean squared error, which is also what training makes smaller. */
  get loss(): number {
    return this.#mean((answer, target) => (answer - target) ** 2);
  }

  get scores(): Quality['scores'] {
    const { predictions, targets } = this;
    const known = this.unanswered === 0;
    const mse = this.loss;
    return {
      r2: 1 - mse / varianceOf(targets),
      pearson: known ? correlation(predictions, targets) : Number.NaN,
      spearman: known ? correlation(ranks(predictions), ranks(targets)) : Number.NaN,
      mse,
      mae: this.#mean((answer, target) => Math.abs(answer - target)),
    };
  }

  #mean(of: (answer: number, target: number) => number): number {
    if (this.unanswered > 0) return Number.NaN;
    const { predictions, targets } = this;
    return predictions.reduce((sum, answer, at) => sum + of(answer, targets[at]!), 0) / predictions.length;
  }
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Around the mean, not corrected for it: what always answering the mean is off by, squared. */
export function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** 2));
}

/** Pearson's, −1…1; NaN where one side is constant. */
function correlation(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [meanOf(one), meanOf(other)];
  const product = meanOf(one.map((value, at) => (value - a) * (other[at]! - b)));
  const spread = Math.sqrt(varianceOf(one) * varianceOf(other));
  return spread === 0 ? Number.NaN : Math.min(1, Math.max(-1, product / spread));
}

/** From 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((one, other) => values[one]! - values[other]!);
  const found = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let at = first; at < end; at++) found[order[at]!] = (first + end + 1) / 2;
    first = end;
  }
  return found;
}
