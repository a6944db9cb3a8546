import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { type Divergence, definitionOf } from './divergence-definitions.ts';
import { logSoftmax } from './log-softmax.ts';
import { teacherLogProbabilities } from './teacher-probabilities.ts';

/**
 * D(p, q) of each row, p = softmax(z_t/T) of the teacher, q = softmax(z_s/T) of the student, summed over classes.
 * Of jsd, β = 0 is KL(p ‖ q) and β = 1 is KL(q ‖ p).
 *
 * @param teacher (rows, classes) logits, −∞ allowed; no gradient flows into them.
 * @param student (rows, classes) logits.
 * @returns (rows), not multiplied by T².
 */
export function divergenceRows(
  config: Divergence,
  teacher: Tensor2D,
  student: Tensor2D,
  temperature: number,
): Tensor1D {
  const definition = definitionOf(config);
  return withGradient(
    student,
    (z) => {
      const logP = teacherLogProbabilities(teacher, temperature);
      const logQ = logSoftmax(temperature === 1 ? z : tf.div(z, temperature));
      const { value, gradient } = definition({ p: tf.exp(logP), logP, q: tf.exp(logQ), logQ });
      return { value, saved: [gradient] };
    },
    (dy, [gradient]) => tf.mul<Tensor2D>(gradient!, tf.reshape(tf.div(dy, temperature), [-1, 1])),
  );
}
