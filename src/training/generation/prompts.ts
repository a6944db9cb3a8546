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
    const text = (input.ids!.data as Int32Array).slice(0, real);
    const own = (labels.data as Int32Array).findIndex((label) => label !== ignoredLabel);
    const length = own > 0 ? own : promptLength;
    return length < real ? [{ prompt: text.slice(0, length), text }] : [];
  });
}
