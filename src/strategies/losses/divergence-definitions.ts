import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

export type Divergence =
  | { readonly divergence: 'forward-kl' | 'reverse-kl' }
  | { readonly divergence: 'jsd'; readonly beta: number }
  | { readonly divergence: 'skew-kl' | 'skew-reverse-kl'; readonly lambda: number };

/** p, log p of the teacher and q, log q of the student, at the temperature: (rows, classes) each. */
export interface Distributions {
  readonly p: Tensor2D;
  readonly logP: Tensor2D;
  readonly q: Tensor2D;
  readonly logQ: Tensor2D;
}

/**
 * The value of a divergence (rows), and its gradient (rows, classes) with respect to the logits x of the student whose
 * softmax q is: q·(g − Σ q·g) with g = ∂D/∂q. Each row of it adds up to 0.
 */
export type Definition = (given: Distributions) => { value: Tensor1D; gradient: Tensor2D };

/** A mixture of two probabilities that both underflow is 0, and so is what it is multiplied by. */
const smallest = 1e-37;

/** log(share·a + (1 − share)·b). */
function logMixture(a: Tensor2D, b: Tensor2D, share: number): Tensor2D {
  return tf.log(tf.maximum(tf.add(tf.mul(a, share), tf.mul(b, 1 - share)), smallest));
}

const sumRows = (x: Tensor2D): Tensor1D => tf.sum<Tensor1D>(x, 1);

/** @param slope g up to a constant of the row. */
function throughSoftmax(q: Tensor2D, slope: Tensor2D): Tensor2D {
  const weighted = tf.mul<Tensor2D>(q, slope);
  return tf.sub(weighted, tf.mul(q, tf.sum(weighted, 1, true)));
}

/** KL(p ‖ q). Its gradient is q − p; through g = −p/q it would overflow where q is tiny. */
const forwardKl: Definition = ({ p, logP, q, logQ }) => ({
  value: sumRows(tf.mul(p, tf.sub(logP, logQ))),
  gradient: tf.sub(q, p),
});

/** KL(q ‖ p). */
const reverseKl: Definition = ({ q, logQ, logP }) => {
  const ratio = tf.sub<Tensor2D>(logQ, logP);
  return { value: sumRows(tf.mul(q, ratio)), gradient: throughSoftmax(q, ratio) };
};

/** β·KL(p ‖ m) + (1−β)·KL(q ‖ m), m = β·p + (1−β)·q (Agarwal et al. 2024). */
const jsd =
  (beta: number): Definition =>
  ({ p, logP, q, logQ }) => {
    const logM = logMixture(p, q, beta);
    const ratio = tf.sub<Tensor2D>(logQ, logM);
    const teacher = tf.mul(tf.mul(p, tf.sub(logP, logM)), beta);
    const student = tf.mul(tf.mul(q, ratio), 1 - beta);
    return {
      value: sumRows(tf.add(teacher, student)),
      gradient: throughSoftmax(q, tf.mul(ratio, 1 - beta)),
    };
  };

/** KL(p ‖ m), m = λ·p + (1−λ)·q (Ko et al. 2024). */
const skewKl =
  (lambda: number): Definition =>
  ({ p, logP, q }) => {
    const ratio = tf.sub<Tensor2D>(logP, logMixture(p, q, lambda));
    return {
      value: sumRows(tf.mul(p, ratio)),
      gradient: throughSoftmax(q, tf.mul(tf.exp(ratio), lambda - 1)),
    };
  };

/** KL(q ‖ m), m = (1−λ)·p + λ·q (Ko et al. 2024). */
const skewReverseKl =
  (lambda: number): Definition =>
  ({ p, q, logQ }) => {
    const ratio = tf.sub<Tensor2D>(logQ, logMixture(p, q, 1 - lambda));
    return {
      value: sumRows(tf.mul(q, ratio)),
      gradient: throughSoftmax(q, tf.sub(ratio, tf.mul(tf.exp(ratio), lambda))),
    };
  };

/** The limits of jsd, and the skewed ones without skew, are the plain divergences. */
export function definitionOf(config: Divergence): Definition {
  switch (config.divergence) {
    case 'forward-kl':
      return forwardKl;
    case 'reverse-kl':
      return reverseKl;
    case 'jsd':
      if (config.beta === 0) return forwardKl;
      return config.beta === 1 ? reverseKl : jsd(config.beta);
    case 'skew-kl':
      return config.lambda === 0 ? forwardKl : skewKl(config.lambda);
    case 'skew-reverse-kl':
      return config.lambda === 0 ? reverseKl : skewReverseKl(config.lambda);
  }
}
