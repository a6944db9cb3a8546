import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { StrategyContext } from '../strategy.ts';
import { flatLogits, weightedMean } from './rows.ts';

/** What logits cost beside the batch's labels, averaged over the step's labels that count; smoothed as asked. */
export function hardLoss(
  { rows, student, labelSmoothing }: StrategyContext,
  logits: Tensor = student.logits,
): Scalar {
  return weightedMean(
    rows.labelLosses(flatLogits(logits), labelSmoothing),
    rows.labelWeights,
    rows.labelTotal,
  );
}
