import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/** What a batch predicts, one row per prediction: a sample of a classifier, a position of a language model. */
export interface Rows {
  /** (rows) float32: 1 where the row has a label that counts. */
  readonly labelWeights: Tensor1D;
  /** (rows) float32: 1 where the row is compared with the teacher. */
  readonly weights: Tensor1D;
  /** What Σ labelWeights and Σ weights come to over the whole optimizer step, at least 1. */
  readonly labelTotal: Scalar;
  readonly total: Scalar;
  /**
   * What answers cost beside the labels.
   * @param logits (rows, classes)
   * @param smoothing share of each label that is spread over all classes, 0…1
   * @returns (rows); any value where a row does not count
   */
  labelLosses(logits: Tensor2D, smoothing: number): Tensor1D;
  /** Whether a temperature softens answers before they are compared; else it is left out, with the T² that goes with it. */
  readonly softens: boolean;
  /**
   * How far answers are from those of another model.
   * @param teacher (rows, classes) logits; no gradient flows into them.
   * @param student (rows, classes) logits
   * @returns (rows), not multiplied by T²
   */
  answerLosses(teacher: Tensor2D, student: Tensor2D, temperature: number): Tensor1D;
}

/** A step without a single valid row has a loss of 0, not 0/0. */
export const atLeastOne = (total: Scalar): Scalar => tf.maximum(total, 1);

/** (batch, classes) or (batch, length, vocabulary) as (rows, classes). */
export function flatLogits(logits: Tensor): Tensor2D {
  return tf.reshape(logits, [-1, logits.shape[logits.rank - 1]!]);
}

/** Σ weights · values / total. */
export function weightedMean(values: Tensor1D, weights: Tensor1D, total: Scalar): Scalar {
  return tf.div(tf.sum(tf.mul(values, weights)), total);
}
