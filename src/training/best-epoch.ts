import type { TrainingConfig } from '../experiment/schema/schema.ts';
import type { JudgedBy } from '../experiment/tasks/task-record.ts';

/** What the held-out split said after an epoch. */
export interface EpochScore {
  /** Epochs done. */
  readonly epoch: number;
  /** Fraction classified correctly, 0…1; null where nothing is held out, or the model was not what it is to become yet. */
  readonly accuracy: number | null;
  /** Mean cross-entropy, nats; null also where it was beyond what a number can hold. */
  readonly loss: number | null;
}

/** By what epochs are judged: unless told otherwise, by what verdicts judge the task by. */
export const epochMetric = (selectBy: TrainingConfig['selectBy'], ofTask: JudgedBy): JudgedBy =>
  selectBy === 'auto' ? ofTask : selectBy;

/** How good an epoch is, more being better: fraction correct, or the loss with its sign turned. */
const goodness = ({ accuracy, loss }: EpochScore, metric: JudgedBy): number =>
  metric === 'accuracy' ? accuracy! : -(loss ?? Infinity);

function better(one: EpochScore, other: EpochScore, metric: JudgedBy): boolean {
  if (one.accuracy === null || other.accuracy === null) return one.epoch > other.epoch;
  const [own, others] = [goodness(one, metric), goodness(other, metric)];
  if (own !== others) return own > others;
  const second = metric === 'accuracy' ? 'loss' : 'accuracy';
  return goodness(one, second) > goodness(other, second);
}

/**
 * The epoch whose weights are kept: the best one by the metric, among equals by the other one, then the first; the last
 * one where nothing is held out.
 */
export const bestEpoch = (history: readonly EpochScore[], metric: JudgedBy): EpochScore | undefined =>
  history.reduce<EpochScore | undefined>(
    (best, score) => (best === undefined || better(score, best, metric) ? score : best),
    undefined,
  );

/** Whether the metric has not improved by more than `minDelta` over its former best for `patience` epochs. */
export function patienceIsOver(
  history: readonly EpochScore[],
  earlyStopping: TrainingConfig['earlyStopping'],
  metric: JudgedBy,
): boolean {
  if (!earlyStopping) return false;
  let reference = -Infinity;
  let waited = 0;
  for (const score of history) {
    if (score.accuracy === null) continue;
    const value = goodness(score, metric);
    if (value > reference + earlyStopping.minDelta) {
      reference = value;
      waited = 0;
    } else waited++;
  }
  return waited >= earlyStopping.patience;
}
