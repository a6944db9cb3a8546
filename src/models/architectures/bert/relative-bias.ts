import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import { embedding } from '../../layers/embedding.ts';
import type { WeightRegistry } from '../../weights.ts';

export const buckets = 32;
/** From here on, all distances share a bucket. */
const farthest = 128;

/**
 * The row of the table that a distance is told by (Raffel et al. 2020, T5): half of the rows for each direction, of these
 * half for the nearest places one by one, the rest for ever wider ranges.
 * @param distance of what is looked at from what looks
 */
export function bucketOf(distance: number): number {
  const side = buckets / 2;
  const exact = side / 2;
  const first = distance > 0 ? side : 0;
  const away = Math.abs(distance);
  if (away < exact) return first + away;
  const wide = Math.log(away / exact) / Math.log(farthest / exact);
  return first + Math.min(side - 1, exact + Math.trunc(wide * (side - exact)));
}

/**
 * A table with a column for each head, `NAME.weight`, whose numbers are added to scores by how far places lie apart.
 * @returns (1, heads, length, length) for texts of a length
 */
export function relativeBias(
  weights: WeightRegistry,
  name: string,
  heads: number,
  deviation: number,
): (length: number) => Tensor {
  const { lookUp } = embedding(weights, name, buckets, heads, deviation);
  return (length) => {
    const rows = Int32Array.from({ length: length * length }, (_, at) =>
      bucketOf((at % length) - Math.floor(at / length)),
    );
    return tf.expandDims(tf.transpose(lookUp(tf.tensor2d(rows, [length, length], 'int32')), [2, 0, 1]), 0);
  };
}
