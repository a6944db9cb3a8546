import type { ModelFigures } from '../../worker/directory/events.ts';

/** Answers of about the same confidence; null where there are none. */
export type ReliabilityBin = NonNullable<ModelFigures['reliability']>[number];

/** The bins of several runs as those of one; null where there is none, or their number differs. */
export function sumBins(all: readonly (readonly ReliabilityBin[])[]): readonly ReliabilityBin[] | null {
  const first = all[0];
  if (first === undefined || all.some((bins) => bins.length !== first.length)) return null;
  return first.map((_, index) => {
    const bins = all.map((one) => one[index]!);
    const count = bins.reduce((sum, bin) => sum + bin.count, 0);
    const mean = (key: 'confidence' | 'accuracy') =>
      count === 0 ? null : bins.reduce((sum, bin) => sum + bin.count * (bin[key] ?? 0), 0) / count;
    return { count, confidence: mean('confidence'), accuracy: mean('accuracy') };
  });
}
