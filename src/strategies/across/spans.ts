import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from '../losses/custom-gradient.ts';
import { logSoftmax } from '../losses/log-softmax.ts';

/** Where the tokens of spans are predicted in one model's logits, flattened to (rows, vocabulary). */
export interface SpanRows {
  /** (spans) int32: the row that predicts the first token of each span. */
  readonly first: Tensor1D;
  /** (spans, most) int32: the rows that predict its further tokens, and those tokens; 0 where there are none. */
  readonly laterRows: Tensor2D;
  readonly laterTokens: Tensor2D;
  /** (spans, most) float32: 1 for a further token. */
  readonly laterWeights: Tensor2D;
}

/** Pieces of text between places where both tokenizers cut it, and what each model has to say of them. */
export interface Spans {
  readonly student: SpanRows;
  readonly teacher: SpanRows;
  /** (spans) float32: 1 for a span, 0 for padding. */
  readonly weights: Tensor1D;
  /** How many spans there are in the whole optimizer step, at least 1. */
  readonly total: Scalar;
}

/** log softmax over the last axis of (rows, classes), with its gradient. */
export const logSoftmaxRows = (logits: Tensor2D): Tensor2D =>
  withGradient(
    logits,
    (z) => {
      const value = logSoftmax(z);
      return { value, saved: [value] };
    },
    (dy, [value]) => tf.sub<Tensor2D>(dy, tf.mul(tf.exp(value!), tf.sum(dy, 1, true))),
  );

/**
 * What a model answers where a span begins, by the chain rule: log p(y) + Σ log p(further tokens of the span). For the
 * token that really begins the span this is the logarithm of the probability of all of it; for every other token it is
 * what the published method takes in its place (Patiño et al. 2025).
 * @param logProbabilities (rows, vocabulary)
 * @returns (spans, vocabulary); a row adds up to less than 1 where a span has several tokens
 */
export function spanAnswers(
  logProbabilities: Tensor2D,
  { first, laterRows, laterTokens, laterWeights }: SpanRows,
): Tensor2D {
  const [rows, vocabulary] = logProbabilities.shape;
  const flat = tf.reshape(logProbabilities, [rows * vocabulary]);
  const places = tf.add(tf.mul(laterRows, tf.scalar(vocabulary, 'int32')), laterTokens);
  const later = tf.mul(tf.gather(flat, places), laterWeights);
  return tf.add(tf.gather(logProbabilities, first), tf.sum(later, 1, true));
}
