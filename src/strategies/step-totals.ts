import { type HostBatch, ignoredLabel } from '../data/dataset.ts';
import type { HostTensor } from '../device/device.ts';

const scalar = (value: number): HostTensor => ({
  data: Float32Array.of(value),
  shape: [],
  dtype: 'float32',
});

/**
 * The counts that the averages of one optimizer step are divided by, over all of its batches (see StepTotals). Each
 * batch of the step is given the same ones.
 */
export function stepTotals(
  batches: readonly HostBatch[],
): Record<'samples' | 'tokens' | 'targets', HostTensor> {
  let samples = 0;
  let tokens = 0;
  let targets = 0;
  for (const { input, labels, weights } of batches) {
    const perToken = labels.shape.length === 2;
    const length = labels.shape[1] ?? 1;
    const mask = input.mask;
    const maskLength = mask?.shape[1] ?? 0;
    for (let sample = 0; sample < weights.data.length; sample++) {
      const weight = weights.data[sample]!;
      if (weight === 0) continue;
      samples += weight;
      if (mask)
        for (let at = 0; at < maskLength; at++) tokens += weight * mask.data[sample * maskLength + at]!;
      // Position t of a language model predicts label t + 1, so the first label is never a target.
      for (let at = perToken ? 1 : 0; at < length; at++)
        if (labels.data[sample * length + at] !== ignoredLabel) targets += weight;
    }
  }
  return { samples: scalar(samples), tokens: scalar(tokens), targets: scalar(targets) };
}
