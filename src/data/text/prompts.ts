import { UserError } from '../../base/user-error.ts';
import type { HostTensor } from '../../device/device.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import type { GeneratedConfig } from '../../experiment/strategies/generated/record.ts';
import { type Dataset, type HostBatch, ignoredLabel, type Split } from '../dataset.ts';

/** The beginning of a sample of a language model, and the whole of it. */
export interface SampleStart {
  /** Of the sample in its split. */
  readonly position: number;
  readonly prompt: Int32Array;
  readonly text: Int32Array;
  /** Whether the data gives this prompt; otherwise it is so many first tokens. */
  readonly own: boolean;
}

/**
 * The beginnings of samples: the prompt of its own where the data gives one, else its first tokens.
 * @param positions of the samples in the split.
 * @returns only those that leave something to write: a sample must be longer than its prompt.
 */
export function sampleStarts(split: Split, positions: Int32Array, promptLength: number): SampleStart[] {
  return Array.from(positions).flatMap((position) =>
    startsOf(split.batch(Int32Array.of(position), 1), 0, promptLength).map((start) => ({
      ...start,
      position,
    })),
  );
}

/** The beginnings of the documents in one row of a batch, where they leave something to write. */
export function startsOf(
  { input, labels }: HostBatch,
  row: number,
  promptLength: number,
): Omit<SampleStart, 'position'>[] {
  const width = labels.shape[1]!;
  const own = <T extends HostTensor['data']>(data: T) => data.subarray(row * width, (row + 1) * width) as T;
  const real = (own(input.mask!.data) as Float32Array).reduce((sum, one) => sum + one, 0);
  const starts = documentStarts(input.positions && own(input.positions.data), real);
  return starts.flatMap((start, at): Omit<SampleStart, 'position'>[] => {
    const end = starts[at + 1] ?? real;
    const text = (own(input.ids!.data) as Int32Array).slice(start, end);
    const first = (own(labels.data) as Int32Array)
      .subarray(start, end)
      .findIndex((label) => label !== ignoredLabel);
    // The first token of a document among others is never a target, so it alone is no prompt.
    const isOwn = first > (input.positions ? 1 : 0);
    const length = isOwn ? first : promptLength;
    return length < text.length ? [{ prompt: text.slice(0, length), text, own: isOwn }] : [];
  });
}

/** Where the documents of a sample begin. */
function documentStarts(positions: ArrayLike<number> | undefined, real: number): number[] {
  if (!positions) return [0];
  const starts: number[] = [];
  for (let at = 0; at < real; at++) if (positions[at] === 0) starts.push(at);
  return starts;
}

/**
 * What a teacher goes on with: each training sample in its turn, and again from the first where more texts are wanted
 * than there are samples.
 * @throws UserError if no sample is long enough
 */
export function promptsOf(
  { subset }: Pick<Dataset, 'subset'>,
  { samples, promptLength, seed }: GeneratedConfig,
): SampleStart[] {
  const order =
    samples === undefined || samples >= subset.size
      ? Int32Array.from({ length: subset.size }, (_, index) => index)
      : RandomGenerator.forUse(seed, 'prompts').permutation(subset.size);
  const wanted = samples ?? subset.size;
  const starts = sampleStarts(subset, order.subarray(0, Math.min(wanted, subset.size)), promptLength);
  if (starts.length === 0)
    throw new UserError(`No training sample is longer than a prompt of ${promptLength} tokens.`, {
      remedy: 'Set "promptLength" of the strategy lower.',
    });
  return Array.from({ length: samples ?? starts.length }, (_, index) => starts[index % starts.length]!);
}
