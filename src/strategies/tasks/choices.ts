import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { ignoredLabel } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import { crossEntropyRows } from '../losses/cross-entropy.ts';
import { distillationRows } from '../losses/distillation-kl.ts';
import type { Rows } from '../losses/rows.ts';

/** Rows each of which chooses one of several classes or tokens. */
export interface Choices extends Pick<Rows, 'labelWeights' | 'labelLosses' | 'answerLosses' | 'softens'> {
  /** (rows) int32, 0 where a row does not count. */
  readonly labels: Tensor1D;
}

/**
 * Choices by their labels: these cost their cross-entropy, and answers are compared by the divergence of their
 * probabilities.
 * @param raw one label a row, −100 where it does not count
 * @param sampleWeights 1 for rows of real samples, 0 for padding; of the shape of the labels, or spread over it
 */
export function choices(raw: Tensor, sampleWeights: Tensor): Choices {
  const counts = tf.notEqual(raw, tf.scalar(ignoredLabel, 'int32'));
  const labels = tf.reshape(tf.maximum(raw, tf.scalar(0, 'int32')), [raw.size]) as Tensor1D;
  return {
    labels,
    labelWeights: tf.reshape(tf.mul(tf.cast(counts, 'float32'), sampleWeights), [raw.size]) as Tensor1D,
    labelLosses: (logits, smoothing) => crossEntropyRows(logits, labels, smoothing),
    answerLosses: distillationRows,
    softens: true,
  };
}
