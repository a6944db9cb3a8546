import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { TopLogits } from '../strategy.ts';
import { teacherLogProbabilities } from './distillation-kl.ts';
import { flatLogits } from './rows.ts';

/** A rest of exactly nothing still has a logarithm, low enough to be nothing at any temperature. */
const smallestRest = 1e-30;

/**
 * The k most probable tokens of each position at temperature 1, and the probability that is left.
 * @param logits (batch, length, vocabulary)
 */
export function topLogits(logits: Tensor, k: number): TopLogits {
  const [batch, length] = logits.shape as [number, number];
  const logProbabilities = teacherLogProbabilities(flatLogits(logits), 1);
  const { values, indices } = tf.topk(logProbabilities, k);
  const rest = tf.relu(tf.sub(1, tf.sum(tf.exp(values), 1)));
  return {
    indices: tf.reshape(indices, [batch, length, k]),
    logProbabilities: tf.reshape(values, [batch, length, k]),
    rest: tf.reshape(rest, [batch, length]),
  };
}

/**
 * Logits of all tokens from the k most probable: those keep their probability at temperature 1, the V − k others share
 * the rest in equal parts, and any temperature is applied to that. (batch · length, vocabulary).
 */
export function allLogits({ indices, logProbabilities, rest }: TopLogits, vocabulary: number): Tensor2D {
  const k = indices.shape[2]!;
  const rows = rest.size;
  const share = tf.div(tf.reshape(rest, [rows, 1]), Math.max(1, vocabulary - k));
  const others = tf.tile(tf.log(tf.maximum(share, smallestRest)), [1, vocabulary]);
  const row = tf.tile(tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]), [1, k]);
  const places = tf.stack([tf.reshape(row, [-1]), tf.reshape(indices, [-1])], 1);
  return tf.tensorScatterUpdate(others, places, tf.reshape(logProbabilities, [-1])) as Tensor2D;
}
