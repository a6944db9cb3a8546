import type { Tensor1D } from '@tensorflow/tfjs-core';
import { binaryCrossEntropyRows, binaryDivergenceRows } from '../losses/binary-cross-entropy.ts';
import { atLeastOne } from '../losses/rows.ts';
import type { TaskLearning } from './task-learning.ts';

/** A yes or no to each of several labels: they lie as (batch, labels) float32, 1 for yes. */
export const multiLabel: TaskLearning = {
  targets: () => 1,
  rows: ({ labels, weights }, totals) => {
    const total = atLeastOne(totals.samples);
    return {
      labelWeights: weights as Tensor1D,
      weights: weights as Tensor1D,
      labelTotal: total,
      total,
      softens: true,
      labelLosses: (logits, smoothing) => binaryCrossEntropyRows(logits, labels, smoothing),
      answerLosses: binaryDivergenceRows,
    };
  },
};
