import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { logSoftmax } from './log-softmax.ts';
import { flatLogits, type Rows, weightedMean } from './rows.ts';

/** A teacher that forbids a class gives it −∞; this low it still has probability 0, and no NaN comes of it. */
const lowestLogit = -1e6;

/** log softmax(z_t / T) of the teacher, without gradient; −∞ is allowed. */
export function teacherLogProbabilities(logits: Tensor2D, temperature: number): Tensor2D {
  const finite = tf.maximum<Tensor2D>(logits, lowestLogit);
  return logSoftmax(temperature === 1 ? finite : tf.div(finite, temperature));
}

/**
 * KL(softmax(z_t/T) ‖ softmax(z_s/T)) of each row, summed over classes: Σ_c p_c · (log p_c − log q_c).
 *
 * @param teacher (rows, classes) logits; no gradient flows into them.
 * @param student (rows, classes) logits.
 * @returns (rows), not multiplied by T²; its gradient with respect to the student is (q − p)/T.
 */
export function distillationRows(teacher: Tensor2D, student: Tensor2D, temperature: number): Tensor1D {
  return withGradient(
    student,
    (z) => {
      const logP = teacherLogProbabilities(teacher, temperature);
      const logQ = logSoftmax(temperature === 1 ? z : tf.div(z, temperature));
      const p = tf.exp(logP);
      const value = tf.sum(tf.mul(p, tf.sub(logP, logQ)), 1) as Tensor1D;
      return { value, saved: [tf.sub(tf.exp(logQ), p)] };
    },
    (dy, [slope]) => tf.mul<Tensor2D>(slope!, tf.reshape(tf.div(dy, temperature), [-1, 1])),
  );
}

/**
 * T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)), summed over classes and averaged over the step's real samples. T² keeps the
 * size of the gradient when T changes (Hinton et al. 2015).
 */
export function distillationLoss(teacher: Tensor, student: Tensor, temperature: number, rows: Rows): Scalar {
  const losses = distillationRows(flatLogits(teacher), flatLogits(student), temperature);
  return tf.mul(weightedMean(losses, rows.weights, rows.total), temperature ** 2);
}
