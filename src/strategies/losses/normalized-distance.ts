import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/** Squared lengths below this are those of a zero vector: it has no direction, and its gradient would be infinite. */
const smallestSquare = 1e-24;

/** 1/‖x‖ of each row, 0 for zero vectors; and 1 or 0 for whether the row has a direction. Both (rows, 1). */
function inverseLengths(x: Tensor2D): { inverse: Tensor2D; present: Tensor2D } {
  const squares = tf.sum<Tensor2D>(tf.square(x), 1, true);
  const present = tf.cast(tf.greater(squares, smallestSquare), 'float32') as Tensor2D;
  return { inverse: tf.mul(tf.rsqrt(tf.maximum(squares, smallestSquare)), present), present };
}

/**
 * ‖norm(u) − norm(t)‖² of each row, norm(x) = x/‖x‖ (0 for a zero vector), summed over the feature axis: 2 − 2·cos.
 *
 * @param u (rows, width), of the student.
 * @param t (rows, width), of the teacher; no gradient flows into it.
 * @returns (rows)
 */
export function normalizedDistanceRows(u: Tensor2D, t: Tensor2D): Tensor1D {
  return withGradient(
    u,
    (x) => {
      const own = inverseLengths(x);
      const other = inverseLengths(t);
      const direction = tf.mul(x, own.inverse);
      const difference = tf.sub(direction, tf.mul(t, other.inverse));
      const value = tf.sum<Tensor2D>(tf.square(difference), 1, true);
      // direction · difference, without another pass: (|direction|² − |teacher’s|² + value) / 2.
      const along = tf.div(tf.add(tf.sub(own.present, other.present), value), 2);
      return {
        value: tf.squeeze(value, [1]) as Tensor1D,
        saved: [direction, difference, own.inverse, along],
      };
    },
    (dy, [direction, difference, inverse, along]) => {
      const scale = tf.mul(tf.mul(tf.reshape(dy, [-1, 1]), 2), inverse!);
      return tf.sub<Tensor2D>(tf.mul(difference!, scale), tf.mul(direction!, tf.mul(scale, along!)));
    },
  );
}

/**
 * 1 − cos(u, t) of each row, as in DistilBERT (Sanh et al. 2019); 1 where either is a zero vector.
 *
 * @param u (rows, width), of the student.
 * @param t (rows, width), of the teacher; no gradient flows into it.
 * @returns (rows)
 */
export function cosineDistanceRows(u: Tensor2D, t: Tensor2D): Tensor1D {
  const present = tf.add(inverseLengths(u).present, inverseLengths(t).present);
  const missing = tf.sub(1, tf.div(tf.squeeze<Tensor1D>(present, [1]), 2));
  return tf.add(tf.div(normalizedDistanceRows(u, t), 2), missing);
}
