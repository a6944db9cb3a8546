import type { RunData } from '../worker/directory/events.ts';
import { unlabelledText } from '../worker/directory/unlabelled-text.ts';

/** Keys under which a difference of the data itself stands beside those of the settings. */
export const dataKey = 'data (as read)';
export const tokenizerKey = 'tokenizer (as read)';

/** What two runs must agree in, whatever their experiments name: text by key. Empty where a run did not say. */
export function dataIdentity(data: RunData | null): ReadonlyMap<string, string> {
  if (data === null) return new Map();
  return new Map([
    [dataKey, data.content],
    ...(data.tokenizer === undefined ? [] : [[tokenizerKey, data.tokenizer] as const]),
  ]);
}

/**
 * The same with the samples that have no labels: runs of one experiment that agree in all of it differ by their seed alone.
 * Strategies that learn from other such samples, or from none, can be compared all the same.
 */
export function allDataIdentity(data: RunData | null): ReadonlyMap<string, string> {
  const own = dataIdentity(data);
  return data?.unlabelled ? new Map([...own, ['unlabelled', data.unlabelled.content]]) : own;
}

/** The keys of {@link dataIdentity} in which two runs differ; none where one of them did not say what it read. */
export function dataDifferences(ours: RunData | null, theirs: RunData | null): string[] {
  if (ours === null || theirs === null) return [];
  const [one, other] = [dataIdentity(ours), dataIdentity(theirs)];
  return [dataKey, tokenizerKey].filter((key) => one.get(key) !== other.get(key));
}

/** How data is called in a report: 'a1b2c3d4, 900 training and 100 test samples'. */
export function describeData(data: RunData | null, key = dataKey): string {
  if (data === null) return 'not recorded';
  if (key === tokenizerKey) return data.tokenizer?.slice(0, 8) ?? 'none';
  const { train, test } = data.samples;
  const unlabelled = data.unlabelled
    ? ` (and ${unlabelledText(data.unlabelled)}, ${data.unlabelled.content.slice(0, 8)})`
    : '';
  const count = (samples: number) => samples.toLocaleString('en-US');
  return `${data.content.slice(0, 8)}, ${count(train)} training and ${count(test)} test samples${unlabelled}`;
}
