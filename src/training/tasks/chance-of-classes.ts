import type { Quality } from '../evaluation/quality.ts';

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

/**
 * Says of a classifier that it answers no better than one that always names the most frequent class.
 * @returns undefined where it is better, or the samples are all of one class
 */
export function classifierAtChance(who: string, { labels, accuracy, loss }: Quality): string | undefined {
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
