import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import {
  chunks,
  differences,
  numbersAtOnce,
  relativeDistances,
  smallestSquare,
} from './pairwise-distances.ts';

/** Huber with threshold 1: x²/2 inside, |x| − 1/2 outside. */
export function huber<T extends Tensor>(x: T): T {
  const size = tf.abs(x);
  const inner = tf.minimum(size, 1);
  return tf.mul<T>(inner, tf.sub(size, tf.div(inner, 2)));
}

/** 1 where both samples of a pair are real: (batch, batch). */
const pairWeights = (weights: Tensor1D): Tensor2D =>
  tf.mul(tf.reshape(weights, [-1, 1]), tf.reshape(weights, [1, -1]));

/**
 * Relational distillation, distances (RKD-D, Park et al. 2019): the mean over all ordered pairs of real samples, n² of
 * them, of Huber(d_s/mean(d_s) − d_t/mean(d_t)), each mean over positive distances. 0 for fewer than two samples.
 *
 * @param student (batch, width of the student)
 * @param teacher (batch, width of the teacher); no gradient flows into it.
 * @param weights (batch) 1 for real samples, 0 for padding.
 */
export function distanceLoss(student: Tensor2D, teacher: Tensor2D, weights: Tensor1D): Scalar {
  const pairs = pairWeights(weights);
  const target = relativeDistances(teacher, pairs);
  const losses = huber(tf.sub<Tensor2D>(relativeDistances(student, pairs), target));
  return tf.div(tf.sum(losses), tf.maximum(tf.square(tf.sum(weights)), 1));
}

/** Unit vectors from i to every j, 0 where the two are equal; and the reciprocal distances, (size, batch, 1). */
function directions(x: Tensor2D, start: number, size: number): { unit: Tensor3D; inverse: Tensor3D } {
  const apart = differences(x, start, size);
  const squares = tf.sum<Tensor3D>(tf.square(apart), 2, true);
  const present = tf.cast(tf.greater(squares, smallestSquare), 'float32');
  const inverse = tf.mul<Tensor3D>(tf.rsqrt(tf.maximum(squares, smallestSquare)), present);
  return { unit: tf.mul(apart, inverse), inverse };
}

/** Cosines of the angles at each i between every j and k: (size, batch, batch). */
const cosines = (unit: Tensor3D): Tensor3D => tf.matMul(unit, unit, false, true);

/**
 * Relational distillation, angles (RKD-A, Park et al. 2019): the mean over all ordered triples of real samples, n³ of
 * them, of Huber(cos∠_s(ijk) − cos∠_t(ijk)). Vertices are taken in chunks and value and gradient made together, so that
 * no more than a chunk of the batch³ angles is ever held.
 *
 * @param student (batch, width of the student)
 * @param teacher (batch, width of the teacher); no gradient flows into it.
 * @param weights (batch) 1 for real samples, 0 for padding.
 * @param most numbers that a chunk may hold.
 */
export function angleLoss(
  student: Tensor2D,
  teacher: Tensor2D,
  weights: Tensor1D,
  most = numbersAtOnce,
): Scalar {
  return withGradient(
    student,
    (x) => {
      const [batch, width] = x.shape;
      const widest = Math.max(batch, width, teacher.shape[1]);
      const triples = tf.pow(tf.sum(weights), 3);
      const pairs = tf.div(pairWeights(weights), tf.maximum(triples, 1));
      const values: Scalar[] = [];
      const ends: Tensor2D[] = [];
      const vertices: Tensor2D[] = [];
      for (const { start, size } of chunks(batch, batch * widest, most)) {
        const own = directions(x, start, size);
        const vertexWeights = tf.reshape(tf.slice(weights, [start], [size]), [size, 1, 1]);
        const counted = tf.mul(tf.reshape(pairs, [1, batch, batch]), vertexWeights);
        const apart = tf.sub(cosines(own.unit), cosines(directions(teacher, start, size).unit));
        values.push(tf.sum(tf.mul(huber(apart), counted)));
        // The derivative of Huber; the matrix is symmetric in j and k, so each direction takes it twice.
        const slope = tf.mul(tf.clipByValue(apart, -1, 1), tf.mul(counted, 2));
        const pull = tf.matMul(slope, own.unit) as Tensor3D;
        // Through the normalisation: only what is across the direction turns it.
        const along = tf.sum(tf.mul(pull, own.unit), 2, true);
        const turned = tf.mul(tf.sub(pull, tf.mul(own.unit, along)), own.inverse);
        ends.push(tf.sum(turned, 0));
        vertices.push(tf.sum(turned, 1));
      }
      const gradient = tf.sub(tf.addN(ends), tf.concat(vertices, 0));
      return { value: tf.addN(values) as Scalar, saved: [gradient] };
    },
    (dy, [gradient]) => tf.mul<Tensor2D>(gradient!, dy),
  );
}
