import type { GatheredAnswers } from '../../answers/kept-answers.ts';
import type { Scores } from '../../experiment/tasks/scores.ts';
import type { ReliabilityBin } from './calibration.ts';
import type { Confusion } from './classification-metrics.ts';

/** Stands for the answer of a model whose logits are NaN or infinite: it chose nothing. */
export const noAnswer = -1;

/** How well a model answers a split. */
export interface Quality {
  /**
   * Fraction of samples classified, or of tokens predicted, correctly, 0…1; NaN where there was nothing to answer, or
   * where any answer was no number, as are the other figures then. NaN also where answers are numbers, of which none is
   * simply right.
   */
  readonly accuracy: number;
  /**
   * Mean cross-entropy per answer, nats; the perplexity of a language model is its exponential. Of numbers the mean squared
   * error.
   */
  readonly loss: number;
  /**
   * Class or token answered, set of labels, or number, one per sample or predicted position, {@link noAnswer} where that was no number; the same
   * order for every model of a task.
   */
  readonly predictions: readonly number[];
  /** How many of those are none. */
  readonly unanswered: number;
  /** How far confidence and accuracy are apart, 0…1, and the bins that this is computed from. */
  readonly calibrationError: number;
  readonly reliability: readonly ReliabilityBin[];
  /** Set where answers are numbers: two models hardly ever give the same one. */
  readonly numbers?: boolean;
  /** What else the task is measured by. */
  readonly scores?: Partial<Scores<number>>;
  /** Of numbers: the true one of each sample, in the order of the predictions. */
  readonly targets?: readonly number[];
  /** Of several labels at once: the loss of a model that knows only how frequent each is. */
  readonly chanceLoss?: number;
  /** Of classifiers only. */
  readonly macroF1?: number;
  readonly confusion?: Confusion;
  /** Of classifiers only: the true class of each sample, in the order of the predictions. */
  readonly labels?: readonly number[];
  /** What is kept of each answer, where that was asked for. */
  readonly samples?: GatheredAnswers | undefined;
}

/**
 * Fraction of samples, or predicted positions, to which two models give the same answer, 0…1; no answer is like none.
 * @returns undefined where answers are numbers
 */
export function agreement(one: Quality, other: Quality): number | undefined {
  if (one.predictions.length !== other.predictions.length)
    throw new RangeError('Both models must have answered the same samples.');
  if (one.numbers) return undefined;
  const same = one.predictions.filter(
    (prediction, index) => prediction !== noAnswer && prediction === other.predictions[index],
  ).length;
  return same / one.predictions.length;
}

/** In how many samples of one class two models give different answers, by which of them is right. */
export interface ClassDisagreement {
  readonly samples: number;
  readonly onlyStudent: number;
  readonly onlyTeacher: number;
  /** Both are wrong, each in another way, or one of them without an answer. */
  readonly neither: number;
}

/** Where two classifiers disagree, by true class; undefined where they classify nothing. */
export function disagreements(student: Quality, teacher: Quality): ClassDisagreement[] | undefined {
  const { labels, confusion } = student;
  if (!labels || !confusion) return undefined;
  if (labels.length !== teacher.predictions.length)
    throw new RangeError('Both models must have answered the same samples.');
  const counts = confusion.map(() => ({ samples: 0, onlyStudent: 0, onlyTeacher: 0, neither: 0 }));
  for (const [index, label] of labels.entries()) {
    const count = counts[label]!;
    const [own, other] = [student.predictions[index], teacher.predictions[index]];
    count.samples++;
    if (own === other && own !== noAnswer) continue;
    if (own === label) count.onlyStudent++;
    else if (other === label) count.onlyTeacher++;
    else count.neither++;
  }
  return counts;
}

/** What curves follow of it, by their names. Numbers have no accuracy. */
export function curvesOf({ accuracy, loss, numbers, scores }: Quality): Record<string, number> {
  return { ...(!numbers && { accuracy }), loss, ...scores };
}
