import { type HostBatch, ignoredLabel, type Split } from '../../data/dataset.ts';
import type { HostTensor } from '../../device/device.ts';

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
  return Array.from(positions).flatMap((position) =>
    startsOf(split.batch(Int32Array.of(position), 1), 0, promptLength),
  );
}

/** The beginnings of the documents in one row of a batch, where they leave something to write. */
export function startsOf({ input, labels }: HostBatch, row: number, promptLength: number): SampleStart[] {
  const width = labels.shape[1]!;
  const own = <T extends HostTensor['data']>(data: T) => data.subarray(row * width, (row + 1) * width) as T;
  const real = (own(input.mask!.data) as Float32Array).reduce((sum, one) => sum + one, 0);
  const starts = documentStarts(input.positions && own(input.positions.data), real);
  return starts.flatMap((start, at): SampleStart[] => {
    const end = starts[at + 1] ?? real;
    const text = (own(input.ids!.data) as Int32Array).slice(start, end);
    const first = (own(labels.data) as Int32Array)
      .subarray(start, end)
      .findIndex((label) => label !== ignoredLabel);
    // The first token of a document among others is never a target, so it alone is no prompt.
    const length = first > (input.positions ? 1 : 0) ? first : promptLength;
    return length < text.length ? [{ prompt: text.slice(0, length), text }] : [];
  });
}

/** Where the documents of a sample begin. */
function documentStarts(positions: ArrayLike<number> | undefined, real: number): number[] {
  if (!positions) return [0];
  const starts: number[] = [];
  for (let at = 0; at < real; at++) if (positions[at] === 0) starts.push(at);
  return starts;
}
