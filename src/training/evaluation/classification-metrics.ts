import { AnswerGatherer, type GatheredAnswers } from '../../answers/kept-answers.ts';
import { Calibration, type ReliabilityBin } from './calibration.ts';
import { noAnswer, type Quality } from './quality.ts';

/** Counts by true label and predicted class, from which most figures of a classifier follow. */
export type Confusion = number[][];

/** What a classifier's answers to labelled samples say about it, gathered batch by batch. */
export class ClassificationMetrics implements Quality {
  readonly confusion: Confusion;
  /** Predicted class of each sample, or no answer, in the order in which they were added. */
  readonly predictions: number[] = [];
  /** True class of each, in the same order. */
  readonly labels: number[] = [];
  unanswered = 0;
  #lossSum = 0;
  readonly #calibration = new Calibration();

  readonly #gatherer: AnswerGatherer | undefined;

  /** @param keep how many of the most probable classes are kept of each answer; left out: nothing is */
  constructor(classes: number, keep?: number) {
    this.#gatherer = keep === undefined ? undefined : new AnswerGatherer(keep);
    this.confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * Logits among which one is NaN, or the highest infinite, have no probabilities: they count as no answer.
   * @param logits one row, not divided by any temperature.
   * @param id of the sample, where its answer is kept
   */
  add(logits: Float32Array, label: number, id = this.predictions.length): void {
    let predicted = 0;
    for (let index = 1; index < logits.length; index++)
      if (logits[index]! > logits[predicted]!) predicted = index;
    const highest = logits[predicted]!;
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - highest);
    if (Number.isNaN(sum)) {
      this.unanswered++;
      this.predictions.push(noAnswer);
      this.labels.push(label);
      this.#gatherer?.addLoss(id, Number.NaN);
      return;
    }
    const loss = Math.log(sum) - (logits[label]! - highest);
    this.#lossSum += loss;
    this.#gatherer?.add(id, logits, loss, highest, sum);
    this.predictions.push(predicted);
    this.labels.push(label);
    this.confusion[label]![predicted]!++;
    this.#calibration.add(1 / sum, predicted === label);
  }

  /** Fraction of samples classified correctly, 0…1; NaN without samples, and where one has no answer. */
  get accuracy(): number {
    if (this.unanswered > 0) return Number.NaN;
    return this.confusion.reduce((sum, row, label) => sum + row[label]!, 0) / this.predictions.length;
  }

  /** Mean cross-entropy, nats. */
  get loss(): number {
    if (this.unanswered > 0) return Number.NaN;
    return this.#lossSum / this.predictions.length;
  }

  /** Mean over classes of the harmonic mean of precision and recall; a class that never occurs counts as absent. */
  get macroF1(): number {
    if (this.unanswered > 0) return Number.NaN;
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

  get calibrationError(): number {
    return this.unanswered > 0 ? Number.NaN : this.#calibration.error;
  }

  get samples(): GatheredAnswers | undefined {
    return this.#gatherer?.answers;
  }

  get reliability(): ReliabilityBin[] {
    return this.#calibration.bins;
  }
}
