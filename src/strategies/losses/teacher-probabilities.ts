import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { logSoftmax } from './log-softmax.ts';

/** A teacher that forbids a class gives it −∞; this low it still has probability 0, and no NaN comes of it. */
export const lowestLogit = -1e6;

/** log softmax(z_t / T) of the teacher, without gradient; −∞ is allowed. */
export function teacherLogProbabilities(logits: Tensor2D, temperature: number): Tensor2D {
  const finite = tf.maximum<Tensor2D>(logits, lowestLogit);
  return logSoftmax(temperature === 1 ? finite : tf.div(finite, temperature));
}
