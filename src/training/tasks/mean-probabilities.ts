import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/** Logits of the mean of the probabilities of several models: its logarithm; a probability of nothing still has one. */
export function meanProbabilities(logits: readonly Tensor[]): Tensor {
  const sum = tf.addN(logits.map((own) => tf.softmax(own)));
  return tf.log(tf.maximum(tf.div(sum, logits.length), 1e-30));
}
