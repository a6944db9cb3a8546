import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { type Divergence, definitionOf } from './divergence-definitions.ts';
import { logSoftmax } from './log-softmax.ts';
import { type KeptAnswers, placesOf, without } from './top-logits.ts';

/**
 * D(p, q) of each row where of the teacher only the k most probable tokens are known, and what all others come to: these
 * count as one token, of the student as of the teacher.
 *
 * Its gradient is that of a divergence over k + 1 classes; the share of the last one is handed on to its tokens in
 * proportion to their probabilities.
 *
 * @param student (rows, vocabulary) logits.
 * @returns (rows), not multiplied by T².
 */
export function keptDivergenceRows(
  config: Divergence,
  { indices, logProbabilities: logP }: KeptAnswers,
  student: Tensor2D,
  temperature: number,
): Tensor1D {
  const definition = definitionOf(config);
  const [rows, vocabulary] = student.shape;
  const k = indices.shape[1];
  return withGradient(
    student,
    (z) => {
      const scaled = temperature === 1 ? z : tf.div<Tensor2D>(z, temperature);
      const places = placesOf(indices);
      const starts = tf.reshape(tf.range(0, rows * vocabulary, vocabulary, 'int32'), [rows, 1]);
      const flat = tf.reshape(scaled, [rows * vocabulary]);
      const own: Tensor = tf.gather(flat, tf.add(starts, indices));
      const others = without(scaled, places);
      const rest = tf.logSumExp(others, 1, true) as Tensor2D;
      const logQ = logSoftmax(tf.concat([own as Tensor2D, rest], 1));
      const { value, gradient } = definition({ p: tf.exp(logP), logP, q: tf.exp(logQ), logQ });
      const within = tf.exp(tf.sub(others, rest));
      const spread = tf.mul(within, tf.slice(gradient, [0, k], [rows, 1]));
      const ofKept = tf.reshape(tf.slice(gradient, [0, 0], [rows, k]), [-1]);
      return { value, saved: [tf.tensorScatterUpdate(spread, places, ofKept)] };
    },
    (dy, [gradient]) => tf.mul<Tensor2D>(gradient!, tf.reshape(tf.div(dy, temperature), [-1, 1])),
  );
}
