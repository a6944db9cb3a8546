import type { Quality } from './quality.ts';

/** Counts by true label and predicted class, from which most figures of a classifier follow. */
export type Confusion = number[][];

const bins = 15;

/** What a classifier's answers to labelled samples say about it, gathered batch by batch. */
export class ClassificationMetrics implements Quality {
  readonly confusion: Confusion;
  /** Predicted class of each sample, in the order in which they were added. */
  readonly predictions: number[] = [];
  #lossSum = 0;
  readonly #binConfidence = new Float64Array(bins);
  readonly #binCorrect = new Float64Array(bins);

  constructor(classes: number) {
    this.confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /** @param logits one row, not divided by any temperature. */
  add(logits: Float32Array, label: number): void {
    let predicted = 0;
    for (let index = 1; index < logits.length; index++)
      // A NaN must not pass for the highest logit, nor hide one.
      if (!(logits[index]! <= logits[predicted]!)) predicted = index;
    const highest = logits[predicted]!;
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - highest);
    this.#lossSum += Math.log(sum) - (logits[label]! - highest);
    this.predictions.push(predicted);
    this.confusion[label]![predicted]!++;
    const confidence = 1 / sum;
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    if (Number.isNaN(bin)) return;
    this.#binConfidence[bin]! += confidence;
    if (predicted === label) this.#binCorrect[bin]!++;
  }

  /** Fraction of samples classified correctly, 0…1; NaN without samples. */
  get accuracy(): number {
    return this.confusion.reduce((sum, row, label) => sum + row[label]!, 0) / this.predictions.length;
  }

  /** Mean cross-entropy, nats. */
  get loss(): number {
    return this.#lossSum / this.predictions.length;
  }

  /** Mean over classes of the harmonic mean of precision and recall; a class that never occurs counts as absent. */
  get macroF1(): number {
    let sum = 0;
    let present = 0;
    this.confusion.forEach((row, label) => {
      const labelled = row.reduce((total, count) => total + count, 0);
      const predicted = this.confusion.reduce((total, other) => total + other[label]!, 0);
      if (labelled + predicted === 0) return;
      present++;
      sum += (2 * row[label]!) / (labelled + predicted);
    });
    return sum / present;
  }

  /** Expected calibration error over 15 bins of equal width (Guo et al. 2017), 0…1. */
  get calibrationError(): number {
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) sum += Math.abs(this.#binCorrect[bin]! - this.#binConfidence[bin]!);
    return sum / this.predictions.length;
  }
}
