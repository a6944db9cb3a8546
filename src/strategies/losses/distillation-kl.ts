import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { divergenceRows } from './divergences.ts';
import { flatLogits, type Rows, weightedMean } from './rows.ts';

/**
 * KL(softmax(z_t/T) ‖ softmax(z_s/T)) of each row, summed over classes: Σ_c p_c · (log p_c − log q_c).
 *
 * @param teacher (rows, classes) logits; no gradient flows into them.
 * @param student (rows, classes) logits.
 * @returns (rows), not multiplied by T²; its gradient with respect to the student is (q − p)/T.
 */
export const distillationRows = (teacher: Tensor2D, student: Tensor2D, temperature: number): Tensor1D =>
  divergenceRows({ divergence: 'forward-kl' }, teacher, student, temperature);

/**
 * How far answers are from a teacher's, of classes KL(softmax(z_t/T) ‖ softmax(z_s/T)), averaged over the step's real
 * samples; times T² unless that is left out, which keeps the size of the gradient when T changes (Hinton et al. 2015).
 */
export function distillationLoss(
  teacher: Tensor,
  student: Tensor,
  temperature: number,
  rows: Rows,
  scaleByTemperature = true,
): Scalar {
  const losses = rows.answerLosses(flatLogits(teacher), flatLogits(student), temperature);
  const mean = weightedMean(losses, rows.weights, rows.total);
  return scaleByTemperature && rows.softens ? tf.mul(mean, temperature ** 2) : mean;
}
