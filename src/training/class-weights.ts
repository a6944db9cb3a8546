import { UserError } from '../base/user-error.ts';
import { batches, inOrder } from '../data/batches.ts';
import { ignoredLabel, type Split } from '../data/dataset.ts';
import type { TrainingConfig } from '../experiment/schema/schema.ts';
import { unknownClass } from '../experiment/tasks/class-weights.ts';

const atOnce = 256;

/**
 * What the labels of each class count for, in the order of the classes; undefined where all count the same. "balanced" is
 * n / (classes · n_c) of the samples that are learned (King & Zeng 2001), as scikit-learn has it.
 * @throws UserError if a weight is for a class that is not there
 */
export function classWeightsOf(
  { classWeights }: Pick<TrainingConfig, 'classWeights'>,
  train: Split,
  classNames: readonly string[] = [],
): readonly number[] | undefined {
  if (classWeights === null) return undefined;
  if (classNames.length === 0) throw new Error('Classes are weighed, and nothing says which there are.');
  if (classWeights !== 'balanced') {
    const unknown = unknownClass(classWeights, classNames);
    if (unknown) throw new UserError(unknown.message, { remedy: unknown.remedy, option: 'classWeights' });
    return classNames.map((name) => classWeights[name] ?? 1);
  }
  const counts = new Float64Array(classNames.length);
  for (const { labels, sampleIds } of batches(train, inOrder(train), atOnce))
    for (const label of labels.data.subarray(0, sampleIds.length))
      if (label !== ignoredLabel) counts[label]!++;
  const samples = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => (count === 0 ? 0 : samples / (counts.length * count)));
}
