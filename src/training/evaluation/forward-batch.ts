import type { Split, TaskShape } from '../../data/dataset.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';

const mostSamples = 256;
const mostTokens = 16_384;
/** Numbers in the logits of one batch: 256 MiB in float32. */
const mostLogits = 2 ** 26;

/** How many samples go through a model at once when it is not trained: many for speed, few enough for the memory. */
export function forwardBatchSize(task: TaskShape, { size }: Split): number {
  const { text, classes } = task;
  let most = mostSamples;
  if (text) {
    most = Math.min(most, Math.floor(mostTokens / text.length));
    if (taskRecord(task).answers === 'tokens')
      most = Math.min(most, Math.floor(mostLogits / (text.length * classes)));
  }
  return Math.max(1, Math.min(most, size));
}
