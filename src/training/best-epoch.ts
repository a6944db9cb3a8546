import type { TrainingConfig } from '../experiment/schema/schema.ts';
import { isScore, scoreRecords } from '../experiment/tasks/scores.ts';
import type { JudgedBy } from '../experiment/tasks/task-record.ts';
import type { Quality } from './evaluation/quality.ts';

/** What the held-out split said after an epoch. */
export interface EpochScore {
  /** Epochs done. */
  readonly epoch: number;
  /** Fraction classified correctly, 0…1; null where nothing is held out, or the model was not what it is to become yet. */
  readonly accuracy: number | null;
  /** Mean cross-entropy, nats, or squared error; null also where it was beyond what a number can hold. */
  readonly loss: number | null;
  /**
   * Of tasks that are judged by neither: what they are judged by, null where it was beyond what a number can hold. Absent
   * where nothing is held out, or the model was not what it is to become yet.
   */
  readonly score?: number | null | undefined;
}

/** What of the answers to the held-out split an epoch is judged by. @param ofTask what verdicts judge the task by */
export function epochScore(epoch: number, { accuracy, loss, scores }: Quality, ofTask: JudgedBy): EpochScore {
  const score = isScore(ofTask) ? { score: finite(scores?.[ofTask] ?? Number.NaN) } : {};
  return { epoch, accuracy: finite(accuracy), loss: finite(loss), ...score };
}

/** What is beyond a number must not make the state unreadable. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** By what epochs are judged: unless told otherwise, by what verdicts judge the task by. */
export const epochMetric = (selectBy: TrainingConfig['selectBy'], ofTask: JudgedBy): JudgedBy =>
  selectBy === 'auto' ? ofTask : selectBy;

/** How good an epoch is, more being better: fraction correct, or the loss, or another score, with its sign turned where less is better. */
function goodness({ accuracy, loss, score }: EpochScore, metric: JudgedBy): number {
  if (metric === 'accuracy') return accuracy ?? -Infinity;
  if (metric === 'loss') return -(loss ?? Infinity);
  if (score === null || score === undefined) return -Infinity;
  return scoreRecords[metric].better === 'lower' ? -score : score;
}

/** Whether the held-out split said anything. */
const wasJudged = ({ accuracy, score }: EpochScore): boolean => accuracy !== null || score !== undefined;

function better(one: EpochScore, other: EpochScore, metric: JudgedBy): boolean {
  if (!wasJudged(one) || !wasJudged(other)) return one.epoch > other.epoch;
  const [own, others] = [goodness(one, metric), goodness(other, metric)];
  if (own !== others) return own > others;
  const second = metric === 'loss' ? 'accuracy' : 'loss';
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
    if (!wasJudged(score)) continue;
    const value = goodness(score, metric);
    if (value > reference + earlyStopping.minDelta) {
      reference = value;
      waited = 0;
    } else waited++;
  }
  return waited >= earlyStopping.patience;
}
