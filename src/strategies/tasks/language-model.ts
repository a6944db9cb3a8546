import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ignoredLabel } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import { atLeastOne, type Rows } from '../losses/rows.ts';
import type { StepTotals, StrategyBatch } from '../strategy.ts';
import { type Choices, choices } from './choices.ts';
import type { TaskLearning } from './task-learning.ts';

/** Labels 1: for logits :-1. The last position predicts nothing; moving labels spares a copy of the logits. */
function shifted(labels: Tensor2D): Tensor2D {
  const [batch, length] = labels.shape;
  const next = tf.slice(labels, [0, 1], [batch, length - 1]);
  return tf.concat([next, tf.fill([batch, 1], ignoredLabel, 'int32')], 1) as Tensor2D;
}

/** A prediction at every position, of the token that follows; it is compared with the teacher where its label counts. */
export function nextTokens(
  { labels, weights }: StrategyBatch,
  totals: Pick<StepTotals, 'targets'>,
): Rows & Choices {
  const own = choices(shifted(labels as Tensor2D), tf.reshape(weights, [labels.shape[0]!, 1]));
  const total = atLeastOne(totals.targets);
  return { ...own, weights: own.labelWeights, labelTotal: total, total };
}

/** The tokens themselves are the labels: they lie as (batch, length), −100 where a token is not to be learned. */
export const languageModel: TaskLearning = {
  targets({ data, shape }, sample) {
    const length = shape[1]!;
    let count = 0;
    // Position t predicts label t + 1, so the first label is never a target.
    for (let at = 1; at < length; at++) if (data[sample * length + at] !== ignoredLabel) count++;
    return count;
  },
  rows: nextTokens,
};
