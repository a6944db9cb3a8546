import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { TopLogits } from '../strategy.ts';
import { flatLogits } from './rows.ts';
import { teacherLogProbabilities } from './teacher-probabilities.ts';

/** Where (rows, k) tokens stand in (rows, vocabulary): (rows · k, 2). */
export function placesOf(indices: Tensor2D): Tensor2D {
  const [rows, k] = indices.shape;
  const row = tf.tile(tf.reshape(tf.range(0, rows, 1, 'int32'), [rows, 1]), [1, k]);
  return tf.stack([tf.reshape(row, [-1]), tf.reshape(indices, [-1])], 1) as Tensor2D;
}

/** So far below any logit that nothing is left of a probability. */
const excluded = -1e9;

/**
 * Logits (rows, vocabulary) in which those at these places have no probability.
 */
export function without(logits: Tensor2D, places: Tensor2D): Tensor2D {
  // Scattered into a tensor of its own: the pure JavaScript backend writes into the one it is given.
  const mask = tf.tensorScatterUpdate(tf.zeros(logits.shape), places, tf.fill([places.shape[0]], excluded));
  return tf.add(logits, mask);
}

/** log Σ exp(x) over the last axis of (rows, classes), as (rows, 1). */
const logSumExp = (x: Tensor2D): Tensor2D => tf.logSumExp(x, 1, true);

/**
 * The k most probable tokens of each position, and what all others come to at each of the temperatures. The others are
 * added up by themselves: 1 − Σ of the kept ones would be lost in rounding where a teacher is sure.
 * @param logits (batch, length, vocabulary), −∞ allowed
 */
export function topLogits(logits: Tensor, k: number, temperatures: readonly number[]): TopLogits {
  const [batch, length] = logits.shape as [number, number];
  const logProbabilities = teacherLogProbabilities(flatLogits(logits), 1);
  const { values, indices } = tf.topk(logProbabilities, k);
  const others = without(logProbabilities, placesOf(indices as Tensor2D));
  const restAt = (temperature: number) =>
    tf.reshape(logSumExp(tf.div<Tensor2D>(others, temperature)), [batch, length]);
  return {
    indices: tf.reshape(indices, [batch, length, k]),
    logProbabilities: tf.reshape(values, [batch, length, k]),
    rest: new Map(temperatures.map((temperature) => [temperature, restAt(temperature)])),
  };
}

/** A teacher's answers at a temperature: k tokens by themselves, all others as one. */
export interface KeptAnswers {
  /** (rows, k) int32 */
  readonly indices: Tensor2D;
  /** (rows, k + 1) natural logarithms of probabilities; the last one is that of all other tokens together. */
  readonly logProbabilities: Tensor2D;
}

/**
 * The exact probabilities at a temperature that the whole vocabulary would give.
 * @param k as many tokens as are wanted, no more than there are; the others join the rest.
 */
export function keptAnswers(top: TopLogits, k: number, temperature: number): KeptAnswers {
  const { indices, logProbabilities, rest } = top;
  const there = indices.shape[2]!;
  const left = rest.get(temperature);
  if (!left) throw new Error(`The teacher’s answers were not kept for temperature ${temperature}.`);
  const rows = left.size;
  const scaled = tf.reshape(tf.div(logProbabilities, temperature), [rows, there]) as Tensor2D;
  const kept = tf.slice(scaled, [0, 0], [rows, k]);
  const joined = tf.concat([tf.slice(scaled, [0, k], [rows, there - k]), tf.reshape(left, [rows, 1])], 1);
  const parts = tf.concat([kept, logSumExp(joined as Tensor2D)], 1) as Tensor2D;
  return {
    indices: tf.slice(tf.reshape(indices, [rows, there]) as Tensor2D, [0, 0], [rows, k]),
    logProbabilities: tf.sub(parts, logSumExp(parts)),
  };
}
