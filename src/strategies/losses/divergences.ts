import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { distillationRows, teacherLogProbabilities } from './distillation-kl.ts';
import { logSoftmax } from './log-softmax.ts';

export type Divergence =
  | { readonly divergence: 'forward-kl' | 'reverse-kl' }
  | { readonly divergence: 'jsd'; readonly beta: number }
  | { readonly divergence: 'skew-kl' | 'skew-reverse-kl'; readonly lambda: number };

/** A mixture of two probabilities that both underflow is 0, and so is what it is multiplied by. */
const smallest = 1e-37;

/** log(share·exp(logA) + (1 − share)·exp(logB)). */
function logMixture(a: Tensor2D, b: Tensor2D, share: number): Tensor2D {
  return tf.log(tf.maximum(tf.add(tf.mul(a, share), tf.mul(b, 1 - share)), smallest));
}

/** p, log p of the teacher and q, log q of the student, at the temperature: (rows, classes) each. */
interface Distributions {
  readonly p: Tensor2D;
  readonly logP: Tensor2D;
  readonly q: Tensor2D;
  readonly logQ: Tensor2D;
}

/** The value of a divergence, and g with ∂D/∂q_c = g_c + a constant of the row. Either is (rows) or (rows, classes). */
type Definition = (given: Distributions) => { value: Tensor1D; slope: Tensor2D };

const sumRows = (x: Tensor2D): Tensor1D => tf.sum<Tensor1D>(x, 1);

/** KL(q ‖ p). */
const reverseKl: Definition = ({ q, logQ, logP }) => {
  const ratio = tf.sub<Tensor2D>(logQ, logP);
  return { value: sumRows(tf.mul(q, ratio)), slope: ratio };
};

/** β·KL(p ‖ m) + (1−β)·KL(q ‖ m), m = β·p + (1−β)·q (Agarwal et al. 2024). */
const jsd =
  (beta: number): Definition =>
  ({ p, logP, q, logQ }) => {
    const logM = logMixture(p, q, beta);
    const ratio = tf.sub<Tensor2D>(logQ, logM);
    const teacher = tf.mul(tf.mul(p, tf.sub(logP, logM)), beta);
    const student = tf.mul(tf.mul(q, ratio), 1 - beta);
    return { value: sumRows(tf.add(teacher, student)), slope: tf.mul(ratio, 1 - beta) };
  };

/** KL(p ‖ m), m = λ·p + (1−λ)·q (Ko et al. 2024). */
const skewKl =
  (lambda: number): Definition =>
  ({ p, logP, q }) => {
    const ratio = tf.sub<Tensor2D>(logP, logMixture(p, q, lambda));
    return { value: sumRows(tf.mul(p, ratio)), slope: tf.mul(tf.exp(ratio), lambda - 1) };
  };

/** KL(q ‖ m), m = (1−λ)·p + λ·q (Ko et al. 2024). */
const skewReverseKl =
  (lambda: number): Definition =>
  ({ p, q, logQ }) => {
    const ratio = tf.sub<Tensor2D>(logQ, logMixture(p, q, 1 - lambda));
    return {
      value: sumRows(tf.mul(q, ratio)),
      slope: tf.sub(ratio, tf.mul(tf.exp(ratio), lambda)),
    };
  };

/** The limits of jsd, and skew-kl without skew, are plain divergences; nothing if the divergence is forward KL. */
function definitionOf(config: Divergence): Definition | undefined {
  switch (config.divergence) {
    case 'forward-kl':
      return undefined;
    case 'reverse-kl':
      return reverseKl;
    case 'jsd':
      if (config.beta === 0) return undefined;
      return config.beta === 1 ? reverseKl : jsd(config.beta);
    case 'skew-kl':
      return config.lambda === 0 ? undefined : skewKl(config.lambda);
    case 'skew-reverse-kl':
      return config.lambda === 0 ? reverseKl : skewReverseKl(config.lambda);
  }
}

/**
 * D(p, q) of each row, p = softmax(z_t/T) of the teacher, q = softmax(z_s/T) of the student, summed over classes.
 * Of jsd, β = 0 is KL(p ‖ q) and β = 1 is KL(q ‖ p).
 *
 * @param teacher (rows, classes) logits, −∞ allowed; no gradient flows into them.
 * @param student (rows, classes) logits.
 * @returns (rows), not multiplied by T². Its gradient is q·(g − Σ q·g)/T with g = ∂D/∂q.
 */
export function divergenceRows(
  config: Divergence,
  teacher: Tensor2D,
  student: Tensor2D,
  temperature: number,
): Tensor1D {
  const definition = definitionOf(config);
  if (!definition) return distillationRows(teacher, student, temperature);
  return withGradient(
    student,
    (z) => {
      const logP = teacherLogProbabilities(teacher, temperature);
      const logQ = logSoftmax(temperature === 1 ? z : tf.div(z, temperature));
      const q = tf.exp<Tensor2D>(logQ);
      const { value, slope } = definition({ p: tf.exp<Tensor2D>(logP), logP, q, logQ });
      const weighted = tf.mul<Tensor2D>(q, slope);
      return { value, saved: [tf.sub(weighted, tf.mul(q, tf.sum(weighted, 1, true)))] };
    },
    (dy, [centred]) => tf.mul<Tensor2D>(centred!, tf.reshape(tf.div(dy, temperature), [-1, 1])),
  );
}
