import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { StrategyContext } from '../strategy.ts';

/** The vectors of a hidden state, one row each, and what they count for. */
export interface Positions {
  /** (rows) float32: 1 for a vector of a real sample, of a text only for real tokens. */
  readonly weights: Tensor1D;
  /** What Σ weights comes to over the whole optimizer step, at least 1. */
  readonly total: Scalar;
}

/** (batch, …, width) as (rows, width). */
export function flatStates(state: Tensor): Tensor2D {
  return tf.reshape(state, [-1, state.shape[state.rank - 1]!]);
}

/**
 * @param state (batch, width): one position a sample. (batch, length, width): the real tokens, or all without a mask.
 * (batch, height, width, channels): every place of a feature map.
 */
export function positionsOf(state: Tensor, { batch, totals }: StrategyContext): Positions {
  const perSample = state.shape.slice(1, -1).reduce((product, size) => product * size, 1);
  const { mask } = batch.input;
  if (state.rank === 3 && mask) {
    const weights = tf.mul(mask, tf.reshape(batch.weights, [-1, 1]));
    return { weights: tf.reshape(weights, [-1]), total: tf.maximum(totals.tokens, 1) };
  }
  const samples = tf.maximum<Scalar>(totals.samples, 1);
  if (perSample === 1) return { weights: batch.weights as Tensor1D, total: samples };
  const column = tf.reshape(batch.weights, [-1, 1]);
  return {
    weights: tf.reshape(tf.tile(column, [1, perSample]), [-1]),
    total: tf.mul(samples, perSample),
  };
}
