import { batches, inOrder } from '../../data/batches.ts';
import { type Dataset, ignoredLabel, type Split } from '../../data/dataset.ts';
import { forwardBatchSize } from '../evaluation/forward-batch.ts';
import type { Quality } from '../evaluation/quality.ts';

/**
 * Says of a language model that it predicts no better than one that knows only how frequent each token is.
 * @returns undefined where it is better
 */
export function languageModelAtChance(who: string, { loss }: Quality, dataset: Dataset): string | undefined {
  const blind = Math.min(frequencyLoss(dataset), Math.log(dataset.task.classes));
  if (!(loss >= blind)) return undefined;
  return `${who} predicts the test tokens with a cross-entropy of ${loss.toFixed(3)} nats, which is no better than knowing only how frequent each token is (${blind.toFixed(3)} nats).`;
}

/** Tokens that are counted at most; more would not change a frequency that matters. */
const mostTokens = 2_000_000;

/** Cross-entropy of the test tokens under the frequencies of the training tokens, one added to each count, nats. */
export function frequencyLoss({ train, test, task }: Dataset): number {
  const counts = new Float64Array(task.classes).fill(1);
  let total = task.classes;
  for (const token of targets(train, task))
    if (token < counts.length) {
      counts[token]!++;
      total++;
    }
  let loss = 0;
  let count = 0;
  for (const token of targets(test, task)) {
    loss -= Math.log((counts[token] ?? 1) / total);
    count++;
  }
  return loss / count;
}

/** Tokens that are to be predicted: the first of a sample has nothing before it. */
function* targets(split: Split, task: Dataset['task']): Generator<number> {
  let left = mostTokens;
  for (const { labels, sampleIds } of batches(split, inOrder(split), forwardBatchSize(task, split))) {
    const length = labels.shape[1]!;
    for (let row = 0; row < sampleIds.length; row++)
      for (let at = row * length + 1; at < (row + 1) * length; at++) {
        const token = labels.data[at]!;
        if (token === ignoredLabel) continue;
        yield token;
        if (--left === 0) return;
      }
  }
}
