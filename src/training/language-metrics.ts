import { Calibration, type ReliabilityBin } from './calibration.ts';
import type { Quality } from './quality.ts';

/** What a language model’s predictions of next tokens say about it, gathered batch by batch. */
export class LanguageMetrics implements Quality {
  readonly predictions: number[] = [];
  #lossSum = 0;
  #correct = 0;
  readonly #calibration = new Calibration();

  /** @param loss cross-entropy of the target, nats. @param confidence probability of the predicted token, 0…1. */
  add(predicted: number, target: number, loss: number, confidence: number): void {
    this.predictions.push(predicted);
    this.#lossSum += loss;
    if (predicted === target) this.#correct++;
    this.#calibration.add(confidence, predicted === target);
  }

  get accuracy(): number {
    return this.#correct / this.predictions.length;
  }

  get loss(): number {
    return this.#lossSum / this.predictions.length;
  }

  get calibrationError(): number {
    return this.#calibration.error;
  }

  get reliability(): ReliabilityBin[] {
    return this.#calibration.bins;
  }
}
