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

/** Rows of offset + scale·‖norm(u) − norm(t)‖², where the offset may depend on which rows have a direction. */
function directionRows(
  u: Tensor2D,
  t: Tensor2D,
  scale: number,
  offset?: (ownPresent: Tensor2D, otherPresent: Tensor2D) => Tensor2D,
): Tensor1D {
  return withGradient(
    u,
    (x) => {
      const own = inverseLengths(x);
      const other = inverseLengths(t);
      const direction = tf.mul(x, own.inverse);
      const difference = tf.sub(direction, tf.mul(t, other.inverse));
      const squared = tf.sum<Tensor2D>(tf.square(difference), 1, true);
      // direction · difference, without another pass: (|direction|² − |teacher’s|² + squared) / 2.
      const along = tf.div(tf.add(tf.sub(own.present, other.present), squared), 2);
      const scaled = scale === 1 ? squared : tf.mul<Tensor2D>(squared, scale);
      const value = offset ? tf.add<Tensor2D>(scaled, offset(own.present, other.present)) : scaled;
      return {
        value: tf.squeeze<Tensor1D>(value, [1]),
        saved: [direction, difference, own.inverse, along],
      };
    },
    (dy, [direction, difference, inverse, along]) => {
      const pull = tf.mul(tf.mul(tf.reshape(dy, [-1, 1]), 2 * scale), inverse!);
      return tf.sub<Tensor2D>(tf.mul(difference!, pull), tf.mul(direction!, tf.mul(pull, along!)));
    },
  );
}

/**
 * ‖norm(u) − norm(t)‖² of each row, norm(x) = x/‖x‖ (0 for a zero vector), summed over the feature axis: 2 − 2·cos.
 *
 * @param u (rows, width), of the student.
 * @param t (rows, width), of the teacher; no gradient flows into it.
 * @returns (rows)
 */
export function normalizedDistanceRows(u: Tensor2D, t: Tensor2D): Tensor1D {
  return directionRows(u, t, 1);
}

/**
 * 1 − cos(u, t) of each row, as in DistilBERT (Sanh et al. 2019); 1 where either is a zero vector.
 *
 * @param u (rows, width), of the student.
 * @param t (rows, width), of the teacher; no gradient flows into it.
 * @returns (rows)
 */
export function cosineDistanceRows(u: Tensor2D, t: Tensor2D): Tensor1D {
  // Half the squared distance is 1 − cos where both have a direction; the offset makes it 1 where one has none.
  return directionRows(u, t, 1 / 2, (own, other) => tf.sub(1, tf.div(tf.add(own, other), 2)));
}
