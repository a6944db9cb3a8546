import { batches, inOrder } from '../../data/batches.ts';
import { type Dataset, ignoredLabel, type Split } from '../../data/dataset.ts';
import { forwardBatchSize } from './forward-batch.ts';
import type { Quality } from './quality.ts';

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

/**
 * Says of a model that it answers no better than one that never looks at its input: a classifier that always names the
 * most frequent class, a language model that knows only how frequent each token is.
 * @param who the model as the subject of a sentence, such as 'The teacher'
 * @param quality of its answers to the test set, all of which are numbers
 * @returns undefined where it is better
 */
export function noBetterThanChance(who: string, quality: Quality, dataset: Dataset): string | undefined {
  return dataset.task.text?.goal === 'language-model'
    ? languageModelAtChance(who, quality, dataset)
    : classifierAtChance(who, quality);
}

function classifierAtChance(who: string, { labels, accuracy, loss }: Quality): string | undefined {
  if (!labels || labels.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size < 2) return undefined;
  const shares = [...counts.values()].map((count) => count / labels.length);
  const share = Math.max(...shares);
  const right = `${who} is right in ${percent(accuracy)} of the ${labels.length.toLocaleString('en-US')} test samples`;
  if (accuracy <= share)
    return `${right}, which is no better than always naming the most frequent class (${percent(share)}).`;
  // Within what luck gives, the probabilities decide: do they say more than the frequencies of the classes?
  const entropy = shares.reduce((sum, part) => sum - part * Math.log(part), 0);
  const luck = 2 * Math.sqrt((share * (1 - share)) / labels.length);
  if (accuracy > share + luck || loss < entropy) return undefined;
  return `${right}, which cannot be told from always naming the most frequent class (${percent(share)}).`;
}

function languageModelAtChance(who: string, { loss }: Quality, dataset: Dataset): string | undefined {
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
