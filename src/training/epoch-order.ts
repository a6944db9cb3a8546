import { batchCount } from '../data/batches.ts';
import type { Split } from '../data/dataset.ts';
import { type Mix, unlabelledPerEpoch } from '../data/unlabelled.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import type { TrainingConfig } from '../experiment/schema/schema.ts';

/** Which samples of a split an epoch reads, and in which order. */
export interface EpochOrder {
  /** Samples in an epoch; the same in each. */
  readonly size: number;
  /**
   * Positions in the split, which follow from the epoch and the generator's state alone, so that a resumed run reads the
   * same.
   * @param epoch from 0
   * @param shuffle of the run, drawn from as often in every epoch
   */
  of(epoch: number, shuffle: RandomGenerator): Int32Array;
}

/** Optimizer steps in an epoch of this many samples. */
export const stepsPerEpoch = (
  { batchSize, accumulation }: Pick<TrainingConfig, 'batchSize' | 'accumulation'>,
  samples: number,
): number => Math.ceil(batchCount(samples, batchSize) / accumulation);

/** Each sample once. */
export const everySample = ({ size }: Split): EpochOrder => ({
  size,
  of: (_epoch, shuffle) => shuffle.permutation(size),
});

/** Samples with labels come first in the split. */
export interface SeededMix extends Mix {
  /** Of the run. */
  readonly seed: number;
}

/**
 * Each labelled sample once, in the order that it would have by itself, and unlabelled ones spread evenly among them.
 * These take turns: an epoch goes on where the one before it stopped, through one random order after the other, so that
 * none comes twice before all came once.
 */
export function mixedOrder({ labelled, unlabelled, share, seed }: SeededMix): EpochOrder {
  const beside = unlabelledPerEpoch({ labelled, unlabelled, ...(share !== undefined && { share }) });
  return {
    size: labelled + beside,
    of(epoch, shuffle) {
      const own = shuffle.permutation(labelled);
      const others = new Int32Array(beside);
      let pass = -1;
      let order: Int32Array = new Int32Array(0);
      for (let index = 0; index < beside; index++) {
        const turn = epoch * beside + index;
        if (Math.floor(turn / unlabelled) !== pass) {
          pass = Math.floor(turn / unlabelled);
          order = RandomGenerator.forUse(seed, `shuffle of unlabelled samples, pass ${pass}`).permutation(
            unlabelled,
          );
        }
        others[index] = labelled + order[turn % unlabelled]!;
      }
      return spread(own, others);
    },
  };
}

/** Both lists in one, each evenly over its length. */
function spread(one: Int32Array, other: Int32Array): Int32Array {
  const all = new Int32Array(one.length + other.length);
  let [first, second] = [0, 0];
  for (let at = 0; at < all.length; at++) {
    const takes =
      second === other.length ||
      (first < one.length && (first + 0.5) * other.length <= (second + 0.5) * one.length);
    all[at] = takes ? one[first++]! : other[second++]!;
  }
  return all;
}
