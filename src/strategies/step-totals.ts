import type { HostBatch } from '../data/dataset.ts';
import type { HostTensor } from '../device/device.ts';
import type { AskedTask } from '../experiment/tasks/all.ts';
import type { StepTotals } from './strategy.ts';
import { learningOf } from './tasks/all.ts';

const scalar = (value: number): HostTensor => ({
  data: Float32Array.of(value),
  shape: [],
  dtype: 'float32',
});

/**
 * The counts that the averages of one optimizer step are divided by, over all of its batches (see StepTotals). Each
 * batch of the step is given the same ones.
 * @param classWeights what the labels of each class count for; left out: all the same
 */
export function stepTotals(
  batches: readonly HostBatch[],
  task: AskedTask,
  classWeights?: readonly number[],
): Record<keyof StepTotals, HostTensor> {
  const learning = learningOf(task);
  let samples = 0;
  let tokens = 0;
  let targets = 0;
  let labelled = 0;
  for (const { input, labels, weights } of batches) {
    const mask = input.mask;
    const maskLength = mask?.shape[1] ?? 0;
    for (let sample = 0; sample < weights.data.length; sample++) {
      const weight = weights.data[sample]!;
      if (weight === 0) continue;
      samples += weight;
      if (mask)
        for (let at = 0; at < maskLength; at++) tokens += weight * mask.data[sample * maskLength + at]!;
      targets += weight * learning.targets(labels, sample, classWeights);
      // However much or little it weighs.
      if (learning.targets(labels, sample) > 0) labelled += weight;
    }
  }
  return {
    samples: scalar(samples),
    tokens: scalar(tokens),
    targets: scalar(targets),
    labelled: scalar(labelled),
  };
}
