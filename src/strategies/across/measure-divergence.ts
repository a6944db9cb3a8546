import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { Distributions, Divergence } from '../losses/divergence-definitions.ts';

/**
 * Divergences of measures p and q that need not add up to 1, as parts of a vocabulary do not: each is the one of
 * divergence-definitions.ts, made never negative and 0 only where both are the same by Σ(q − p) or what corresponds to it
 * (Csiszár 1975). Where both add up to 1 that is 0. The mixture of jsd needs none of it.
 * @returns (rows), and the gradient with respect to log q
 */
export function measureDivergence(
  config: Divergence,
  { p, logP, q, logQ }: Distributions,
): { value: Tensor1D; gradient: Tensor2D } {
  const sumRows = (x: Tensor2D): Tensor1D => tf.sum<Tensor1D>(x, 1);
  const mixture = (share: number): Tensor2D => tf.add(tf.mul(p, share), tf.mul(q, 1 - share));
  /** Above the smallest number, below which a logarithm would be −∞; what it is multiplied by is 0 then, too. */
  const log = (x: Tensor2D): Tensor2D => tf.log(tf.maximum(x, 1e-37));
  const forward = (m: Tensor2D, logM: Tensor2D) =>
    sumRows(tf.add(tf.mul(p, tf.sub(logP, logM)), tf.sub(m, p)));
  const reverse = (m: Tensor2D, logM: Tensor2D) =>
    sumRows(tf.add(tf.mul(q, tf.sub(logQ, logM)), tf.sub(m, q)));
  const forwardKl = () => ({ value: forward(q, logQ), gradient: tf.sub<Tensor2D>(q, p) });
  const reverseKl = () => ({
    value: reverse(p, logP),
    gradient: tf.mul<Tensor2D>(q, tf.sub(logQ, logP)),
  });
  switch (config.divergence) {
    case 'forward-kl':
      return forwardKl();
    case 'reverse-kl':
      return reverseKl();
    case 'jsd': {
      const { beta } = config;
      if (beta === 0) return forwardKl();
      if (beta === 1) return reverseKl();
      const m = mixture(beta);
      const logM = log(m);
      return {
        value: tf.add(tf.mul(forward(m, logM), beta), tf.mul(reverse(m, logM), 1 - beta)),
        gradient: tf.mul(tf.mul(q, tf.sub(logQ, logM)), 1 - beta),
      };
    }
    case 'skew-kl': {
      const { lambda } = config;
      if (lambda === 0) return forwardKl();
      const m = mixture(lambda);
      const logM = log(m);
      return {
        value: forward(m, logM),
        gradient: tf.mul(tf.mul(q, tf.sub(1, tf.exp(tf.sub(logP, logM)))), 1 - lambda),
      };
    }
    case 'skew-reverse-kl': {
      const { lambda } = config;
      if (lambda === 0) return reverseKl();
      const m = mixture(1 - lambda);
      const logM = log(m);
      const ratio = tf.sub<Tensor2D>(logQ, logM);
      return {
        value: reverse(m, logM),
        gradient: tf.mul(q, tf.add(ratio, tf.mul(tf.sub(1, tf.exp(ratio)), lambda))),
      };
    }
  }
}
