import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { lowestLogit } from './teacher-probabilities.ts';

/** log(1 + exp(z)), without exp of anything above 0. */
const softplus = (z: Tensor): Tensor => tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));

/**
 * Binary cross-entropy of each row, averaged over its labels, as PyTorch's binary_cross_entropy_with_logits has it:
 * log(1 + exp(z)) − y·z. With smoothing ε, y is y·(1−ε) + ε/2.
 * @param logits (rows, labels)
 * @param targets (rows, labels), 0…1; no gradient flows into them
 * @returns (rows); its gradient with respect to the logits is (sigmoid(z) − y) / labels
 */
export function binaryCrossEntropyRows(logits: Tensor2D, targets: Tensor, smoothing = 0): Tensor1D {
  const [rows, labels] = logits.shape;
  return withGradient(
    logits,
    (z) => {
      const wanted = smoothing === 0 ? targets : tf.add(tf.mul(targets, 1 - smoothing), smoothing / 2);
      return {
        value: tf.mean<Tensor1D>(tf.sub(softplus(z), tf.mul(wanted, z)), 1),
        saved: [tf.div(tf.sub(tf.sigmoid(z), wanted), labels)],
      };
    },
    (dy, [slope]) => tf.mul<Tensor2D>(slope!, tf.reshape(dy, [rows, 1])),
  );
}

/**
 * KL(sigmoid(z_t/T) ‖ sigmoid(z_s/T)) of each yes or no, averaged over the labels of a row: the softened answers of a
 * teacher as labels (Hinton et al. 2015), each label by itself.
 * @param teacher (rows, labels) logits; no gradient flows into them
 * @returns (rows), not multiplied by T²; its gradient with respect to the student is (q − p) / (T · labels)
 */
export function binaryDivergenceRows(teacher: Tensor2D, student: Tensor2D, temperature: number): Tensor1D {
  const [rows, labels] = student.shape;
  return withGradient(
    student,
    (z) => {
      const soft = tf.div(z, temperature);
      const others = tf.div(tf.clipByValue(teacher, lowestLogit, -lowestLogit), temperature);
      const p = tf.sigmoid(others);
      const distance = (own: Tensor) => tf.sub(softplus(own), tf.mul(p, own));
      return {
        value: tf.mean<Tensor1D>(tf.sub(distance(soft), distance(others)), 1),
        saved: [tf.div(tf.sub(tf.sigmoid(soft), p), temperature * labels)],
      };
    },
    (dy, [slope]) => tf.mul<Tensor2D>(slope!, tf.reshape(dy, [rows, 1])),
  );
}
