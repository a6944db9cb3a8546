import type { Confusion } from './classification-metrics.ts';

/** How well a model answers a split. */
export interface Quality {
  /** Fraction of samples classified, or of tokens predicted, correctly, 0…1; NaN where there was nothing to answer. */
  readonly accuracy: number;
  /** Mean cross-entropy per answer, nats; the perplexity of a language model is its exponential. */
  readonly loss: number;
  /** Class or token answered, one per sample or predicted position; the same order for every model of a task. */
  readonly predictions: readonly number[];
  /** Of classifiers only. */
  readonly macroF1?: number;
  readonly calibrationError?: number;
  readonly confusion?: Confusion;
}

/** Fraction of samples, or predicted positions, to which two models give the same answer, 0…1. */
export function agreement(one: Quality, other: Quality): number {
  if (one.predictions.length !== other.predictions.length)
    throw new RangeError('Both models must have answered the same samples.');
  const same = one.predictions.filter((prediction, index) => prediction === other.predictions[index]).length;
  return same / one.predictions.length;
}
