import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { WeightRegistry } from '../weights.ts';

export interface Embedding {
  /** (entries, size) */
  readonly table: Variable;
  /** Rows by id: (…) int32 to (…, size). */
  lookUp(ids: Tensor): Tensor;
  /** `count` rows from row `start` on, (count, size). */
  rows(start: number, count: number): Tensor;
}

/** A table of vectors, `NAME.weight`. */
export function embedding(
  weights: WeightRegistry,
  name: string,
  entries: number,
  size: number,
  deviation: number,
): Embedding {
  const table = weights.parameter(`${name}.weight`, [entries, size], { normal: deviation });
  return {
    table,
    lookUp: (ids) => tf.gather(table, ids),
    rows(start, count) {
      if (start + count > entries)
        throw new RangeError(`${name} has ${entries} rows, too few for ${count} from row ${start} on`);
      return tf.slice(table, [start, 0], [count, size]);
    },
  };
}
