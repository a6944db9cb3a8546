import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/** Numbers that one chunk of differences or angles may hold, 16 MiB of them. */
export const numbersAtOnce = 2 ** 22;
/** Each chunk costs some thirty operations, so very large batches get larger chunks instead of more. */
const mostChunks = 16;

/** Squared distances below this count as zero: the root would have an infinite gradient. */
export const smallestSquare = 1e-12;

/** First samples of the chunks into which `batch` samples fall, where each sample takes `perSample` numbers. */
export function chunks(
  batch: number,
  perSample: number,
  most = numbersAtOnce,
): { start: number; size: number }[] {
  const size = Math.max(1, Math.ceil(batch / mostChunks), Math.floor(most / perSample));
  return Array.from({ length: Math.ceil(batch / size) }, (_, index) => ({
    start: index * size,
    size: Math.min(size, batch - index * size),
  }));
}

/** x_j − x_i for i of the chunk and every j: (size, batch, width). */
export function differences(x: Tensor2D, start: number, size: number): Tensor3D {
  const [batch, width] = x.shape;
  const own = tf.reshape(tf.slice(x, [start, 0], [size, width]), [size, 1, width]);
  return tf.sub(tf.reshape(x, [1, batch, width]), own);
}

/** Squared distances, from differences and not from products: near samples lose no digits. (batch, batch). */
function squaredDistances(x: Tensor2D, most: number): Tensor2D {
  const [batch, width] = x.shape;
  const parts = chunks(batch, batch * width, most).map(({ start, size }) =>
    tf.sum<Tensor2D>(tf.square(differences(x, start, size)), 2),
  );
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
}

/**
 * Euclidean distances between the samples of a batch, divided by the mean of those that are positive: (batch, width) to
 * (batch, batch). The diagonal, pairs of equal samples and pairs that do not count are exactly 0 and have no gradient;
 * all are 0 where no distance is positive.
 *
 * @param pairs (batch, batch) 1 where a pair counts, symmetric.
 * @param most numbers that may be held at once for the differences.
 */
export function relativeDistances(x: Tensor2D, pairs: Tensor2D, most = numbersAtOnce): Tensor2D {
  return withGradient(
    x,
    (samples) => {
      const squares = squaredDistances(samples, most);
      const apart = tf.mul(tf.cast(tf.greater(squares, smallestSquare), 'float32'), pairs);
      const inverse = tf.mul(tf.rsqrt(tf.maximum(squares, smallestSquare)), apart);
      const distances = tf.mul<Tensor2D>(squares, inverse);
      const count = tf.sum(apart);
      // Where nothing is apart, 0 divided by any positive number is the 0 that is wanted.
      const scale = tf.div(count, tf.add(tf.sum(distances), tf.cast(tf.equal(count, 0), 'float32')));
      const value = tf.mul<Tensor2D>(distances, scale);
      return { value, saved: [samples, inverse, scale, value, tf.maximum(count, 1)] };
    },
    (dy, [samples, inverse, scale, value, count]) => {
      // The mean of all positive distances depends on each of them.
      const throughMean = tf.div(tf.sum(tf.mul(dy, value!)), count!);
      const slope = tf.mul<Tensor2D>(tf.sub(dy, throughMean), scale!);
      // d‖x_i − x_j‖/dx_i = (x_i − x_j)/‖x_i − x_j‖, and each pair stands in two places.
      const pull = tf.mul<Tensor2D>(tf.add(slope, tf.transpose(slope)), inverse!);
      const own = tf.mul(samples!, tf.sum(pull, 1, true));
      return tf.sub<Tensor2D>(own, tf.matMul(pull, samples as Tensor2D));
    },
  );
}
