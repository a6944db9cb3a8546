import type { Quality } from './quality.ts';

/** What a language model’s predictions of next tokens say about it, gathered batch by batch. */
export class LanguageMetrics implements Quality {
  readonly predictions: number[] = [];
  #lossSum = 0;
  #correct = 0;

  /** @param loss cross-entropy of the target, nats. */
  add(predicted: number, target: number, loss: number): void {
    this.predictions.push(predicted);
    this.#lossSum += loss;
    if (predicted === target) this.#correct++;
  }

  get accuracy(): number {
    return this.#correct / this.predictions.length;
  }

  get loss(): number {
    return this.#lossSum / this.predictions.length;
  }
}
