import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from '../losses/custom-gradient.ts';
import type { Divergence } from '../losses/divergence-definitions.ts';
import { measureDivergence } from './measure-divergence.ts';
import { sortedDistance } from './sorted-distance.ts';

/** Tokens of two vocabularies that are the same text; see mapVocabularies(). */
export interface TokenPairs {
  /** Ids of the student, and of the teacher, pair by pair. */
  readonly student: Int32Array;
  readonly teacher: Int32Array;
}

/** ULD: the sorted distance of each row. @param teacher, student (rows, classes) logarithms of probabilities */
export const sortedRows = (teacher: Tensor2D, student: Tensor2D, most: number | null): Tensor1D =>
  withGradient(
    student,
    (logQ) => {
      const { value, gradient } = sortedDistance(tf.exp(teacher), tf.exp(logQ), most);
      return { value, saved: [gradient] };
    },
    scaled,
  );

/**
 * GOLD: a·D over the tokens that both have + (1−a)·sorted distance over all others, a the share of the teacher's tokens
 * that the student has (Patiño et al. 2025). Where both have the same tokens that is D.
 * @param teacher, student (rows, classes) logarithms of probabilities
 */
export function mappedRows(
  config: Divergence,
  pairs: TokenPairs,
  teacher: Tensor2D,
  student: Tensor2D,
  most: number | null,
): Tensor1D {
  const share = pairs.teacher.length / teacher.shape[1];
  if (share === 0) return sortedRows(teacher, student, most);
  const [rows, classes] = student.shape;
  const others = {
    teacher: allBut(pairs.teacher, teacher.shape[1]),
    student: allBut(pairs.student, classes),
  };
  const columns = (x: Tensor2D, ids: Int32Array): Tensor2D =>
    ids.length === 0 ? tf.zeros([rows, 0]) : tf.gather(x, tf.tensor1d(ids, 'int32'), 1);
  return withGradient(
    student,
    (logQ) => {
      const [logP, ownLogQ] = [columns(teacher, pairs.teacher), columns(logQ, pairs.student)];
      const same = measureDivergence(config, { p: tf.exp(logP), logP, q: tf.exp(ownLogQ), logQ: ownLogQ });
      const ofSame = tf.mul<Tensor2D>(same.gradient, share);
      if (share === 1 && others.student.length === 0)
        return { value: same.value, saved: [inPlace(ofSame, pairs.student)] };
      const rest = sortedDistance(
        exponential(columns(teacher, others.teacher)),
        exponential(columns(logQ, others.student)),
        most,
      );
      const ofRest = tf.mul<Tensor2D>(rest.gradient, 1 - share);
      return {
        value: tf.add(tf.mul(same.value, share), tf.mul(rest.value, 1 - share)),
        saved: [
          others.student.length === 0
            ? inPlace(ofSame, pairs.student)
            : inPlace(tf.concat([ofSame, ofRest], 1), [...pairs.student, ...others.student]),
        ],
      };
    },
    scaled,
  );
}

const exponential = (x: Tensor2D): Tensor2D => (x.shape[1] === 0 ? x : tf.exp(x));

const scaled = (dy: Tensor1D, [gradient]: readonly Tensor[]): Tensor2D =>
  tf.mul(gradient!, tf.reshape(dy, [-1, 1]));

/** Columns in the order of the ids that they belong to, each of which is there once. */
function inPlace(columns: Tensor2D, ids: ArrayLike<number>): Tensor2D {
  const places = new Int32Array(ids.length);
  for (let at = 0; at < ids.length; at++) places[ids[at]!] = at;
  return tf.gather(columns, tf.tensor1d(places, 'int32'), 1);
}

/** The ids below `count` that are not among these. */
function allBut(ids: Int32Array, count: number): Int32Array {
  const taken = new Set(ids);
  return Int32Array.from({ length: count }, (_, id) => id).filter((id) => !taken.has(id));
}
