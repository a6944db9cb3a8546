import { AnswerGatherer, type GatheredAnswers } from '../../answers/kept-answers.ts';
import { Calibration, type ReliabilityBin } from './calibration.ts';
import { noAnswer, type Quality } from './quality.ts';

/** What a language model’s predictions of next tokens say about it, gathered batch by batch. */
export class LanguageMetrics implements Quality {
  readonly predictions: number[] = [];
  unanswered = 0;
  #lossSum = 0;
  #correct = 0;
  readonly #calibration = new Calibration();
  readonly #gatherer: AnswerGatherer | undefined;

  /** @param keep whether the losses of texts are kept */
  constructor(keep = false) {
    this.#gatherer = keep ? new AnswerGatherer(0) : undefined;
  }

  /**
   * Where loss or confidence is NaN, the logits were no numbers: that counts as no answer.
   * @param loss cross-entropy of the target, nats.
   * @param confidence probability of the predicted token, 0…1.
   */
  add(predicted: number, target: number, loss: number, confidence: number): void {
    if (Number.isNaN(loss) || Number.isNaN(confidence)) {
      this.unanswered++;
      this.predictions.push(noAnswer);
      return;
    }
    this.predictions.push(predicted);
    this.#lossSum += loss;
    if (predicted === target) this.#correct++;
    this.#calibration.add(confidence, predicted === target);
  }

  /** @param loss mean over the tokens of a text, nats; NaN where one is none, or there are none */
  addText(id: number, loss: number): void {
    this.#gatherer?.addLoss(id, loss);
  }

  get samples(): GatheredAnswers | undefined {
    return this.#gatherer?.answers;
  }

  get accuracy(): number {
    if (this.unanswered > 0) return Number.NaN;
    return this.#correct / this.predictions.length;
  }

  get loss(): number {
    if (this.unanswered > 0) return Number.NaN;
    return this.#lossSum / this.predictions.length;
  }

  get calibrationError(): number {
    return this.unanswered > 0 ? Number.NaN : this.#calibration.error;
  }

  get reliability(): ReliabilityBin[] {
    return this.#calibration.bins;
  }
}
