import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { ignoredLabel } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import type { StepTotals, StrategyBatch } from '../strategy.ts';

/** What a batch predicts, one row per prediction: a sample of a classifier, a position of a language model. */
export interface Rows {
  readonly count: number;
  /** (rows) int32, 0 where a row does not count. */
  readonly labels: Tensor1D;
  /** (rows) float32: 1 where the row has a label that counts. */
  readonly labelWeights: Tensor1D;
  /** (rows) float32: 1 where the row is compared with the teacher. */
  readonly weights: Tensor1D;
  /** What Σ labelWeights and Σ weights come to over the whole optimizer step, at least 1. */
  readonly labelTotal: Scalar;
  readonly total: Scalar;
}

/** A step without a single valid row has a loss of 0, not 0/0. */
const atLeastOne = (total: Scalar): Scalar => tf.maximum(total, 1);

/** Labels 1: for logits :-1. The last position predicts nothing; moving labels spares a copy of the logits. */
function shifted(labels: Tensor2D): Tensor2D {
  const [batch, length] = labels.shape;
  const next = tf.slice(labels, [0, 1], [batch, length - 1]);
  return tf.concat([next, tf.fill([batch, 1], ignoredLabel, 'int32')], 1) as Tensor2D;
}

/** The predictions of a batch and what they count for; labels of rank 2 are those of a language model. */
export function rowsOf(batch: StrategyBatch, totals: StepTotals): Rows {
  const causal = batch.labels.rank === 2;
  const raw = causal ? shifted(batch.labels as Tensor2D) : batch.labels;
  const counts = tf.notEqual(raw, tf.scalar(ignoredLabel, 'int32'));
  const sampleWeights = causal ? tf.reshape(batch.weights, [raw.shape[0]!, 1]) : batch.weights;
  const count = raw.size;
  const labelWeights = tf.reshape(tf.mul(tf.cast(counts, 'float32'), sampleWeights), [count]) as Tensor1D;
  const labelTotal = atLeastOne(totals.targets);
  return {
    count,
    labels: tf.reshape(tf.maximum(raw, tf.scalar(0, 'int32')), [count]) as Tensor1D,
    labelWeights,
    weights: causal ? labelWeights : (batch.weights as Tensor1D),
    labelTotal,
    total: causal ? labelTotal : atLeastOne(totals.samples),
  };
}

/** (batch, classes) or (batch, length, vocabulary) as (rows, classes). */
export function flatLogits(logits: Tensor): Tensor2D {
  return tf.reshape(logits, [-1, logits.shape[logits.rank - 1]!]);
}

/** Σ weights · values / total. */
export function weightedMean(values: Tensor1D, weights: Tensor1D, total: Scalar): Scalar {
  return tf.div(tf.sum(tf.mul(values, weights)), total);
}
