import { ignoredLabel, type Split } from '../../data/dataset.ts';

/** The beginning of a sample of a language model, and the whole of it. */
export interface SampleStart {
  readonly prompt: Int32Array;
  readonly text: Int32Array;
}

/**
 * The beginnings of samples: the prompt of its own where the data gives one, else its first tokens.
 * @param positions of the samples in the split.
 * @returns only those that leave something to write: a sample must be longer than its prompt.
 */
export function sampleStarts(split: Split, positions: Int32Array, promptLength: number): SampleStart[] {
  return Array.from(positions).flatMap((position): SampleStart[] => {
    const { input, labels } = split.batch(Int32Array.of(position), 1);
    const real = (input.mask!.data as Float32Array).reduce((sum, one) => sum + one, 0);
    const starts = documentStarts(input.positions?.data, real);
    return starts.flatMap((start, at): SampleStart[] => {
      const end = starts[at + 1] ?? real;
      const text = (input.ids!.data as Int32Array).slice(start, end);
      const own = (labels.data as Int32Array)
        .subarray(start, end)
        .findIndex((label) => label !== ignoredLabel);
      // The first token of a document among others is never a target, so it alone is no prompt.
      const length = own > (input.positions ? 1 : 0) ? own : promptLength;
      return length < text.length ? [{ prompt: text.slice(0, length), text }] : [];
    });
  });
}

/** Where the documents of a sample begin. */
function documentStarts(positions: ArrayLike<number> | undefined, real: number): number[] {
  if (!positions) return [0];
  const starts: number[] = [];
  for (let at = 0; at < real; at++) if (positions[at] === 0) starts.push(at);
  return starts;
}
