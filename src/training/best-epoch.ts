import type { TrainingConfig } from '../experiment/schema.ts';

/** What the held-out split said after an epoch. */
export interface EpochScore {
  /** Epochs done. */
  readonly epoch: number;
  /** Fraction classified correctly, 0…1; null where nothing is held out, or the model was not what it is to become yet. */
  readonly accuracy: number | null;
  /** Mean cross-entropy, nats. */
  readonly loss: number | null;
}

const better = (one: EpochScore, other: EpochScore): boolean =>
  one.accuracy === null || other.accuracy === null
    ? one.epoch > other.epoch
    : one.accuracy > other.accuracy ||
      (one.accuracy === other.accuracy && (one.loss ?? Infinity) < (other.loss ?? Infinity));

/**
 * The epoch whose weights are kept: the most accurate one, among equals the one of lower loss; the last one where
 * nothing is held out.
 */
export const bestEpoch = (history: readonly EpochScore[]): EpochScore | undefined =>
  history.reduce<EpochScore | undefined>(
    (best, score) => (best === undefined || better(score, best) ? score : best),
    undefined,
  );

/** Whether accuracy has not risen by more than `minDelta` over its former best for `patience` epochs. */
export function patienceIsOver(
  history: readonly EpochScore[],
  earlyStopping: TrainingConfig['earlyStopping'],
): boolean {
  if (!earlyStopping) return false;
  let reference = -Infinity;
  let waited = 0;
  for (const { accuracy } of history) {
    if (accuracy === null) continue;
    if (accuracy > reference + earlyStopping.minDelta) {
      reference = accuracy;
      waited = 0;
    } else waited++;
  }
  return waited >= earlyStopping.patience;
}
