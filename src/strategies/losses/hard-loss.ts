import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { StrategyContext } from '../strategy.ts';
import { crossEntropyRows } from './cross-entropy.ts';
import { flatLogits, type Rows, rowsOf, weightedMean } from './rows.ts';

/** Cross-entropy of logits with the batch's labels, averaged over the step's labels that count; smoothed as asked. */
export function hardLoss(
  context: StrategyContext,
  logits: Tensor = context.student.logits,
  rows: Rows = rowsOf(context.batch, context.totals),
): Scalar {
  const losses = crossEntropyRows(flatLogits(logits), rows.labels, context.labelSmoothing);
  return weightedMean(losses, rows.labelWeights, rows.labelTotal);
}
