import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { placesOf } from '../losses/top-logits.ts';

const sumRows = (x: Tensor2D): Tensor2D => tf.sum(x, 1, true);

/**
 * Σ_i |p_(i) − q_(i)| over probabilities sorted from the largest, the shorter row continued by zeros: the Wasserstein
 * distance of ULD (Boizard et al. 2024), which asks nothing of what the tokens are.
 *
 * Sorted are as many as the shorter row has: what the longer one has beyond is compared with zeros, and so by its sum.
 * @param p (rows, classes of the teacher)
 * @param q (rows, classes of the student)
 * @param most so many of each are compared one by one, and the sums of all others with each other; null for all
 * @returns (rows), and (rows, classes of the student) the gradient with respect to log q
 */
export function sortedDistance(
  p: Tensor2D,
  q: Tensor2D,
  most: number | null = null,
): { value: Tensor1D; gradient: Tensor2D } {
  const [rows, classes] = q.shape;
  const others = p.shape[1];
  const k = Math.min(classes, others, most ?? Number.POSITIVE_INFINITY);
  if (k === 0) return { value: tf.squeeze(tf.add(sumRows(p), sumRows(q)), [1]) as Tensor1D, gradient: q };
  const own = tf.topk(q, k);
  const given = tf.topk(p, k).values as Tensor2D;
  const off = tf.sub<Tensor2D>(own.values as Tensor2D, given);
  const restOf = (all: Tensor2D, kept: Tensor2D) =>
    all.shape[1] === k ? tf.zeros([rows, 1]) : tf.sub(sumRows(all), sumRows(kept));
  const restOff = tf.sub<Tensor2D>(restOf(q, own.values as Tensor2D), restOf(p, given));
  const signs = tf.tensorScatterUpdate(
    tf.tile(tf.sign(restOff), [1, classes]),
    placesOf(own.indices as Tensor2D),
    tf.reshape(tf.sign(off), [rows * k]),
  ) as Tensor2D;
  return {
    value: tf.squeeze(tf.add(sumRows(tf.abs(off)), tf.abs(restOff)), [1]) as Tensor1D,
    gradient: tf.mul(signs, q),
  };
}
