import { createHash } from 'node:crypto';
import type { Dataset } from './dataset.ts';

/** Which samples a test split holds. */
export interface TestSamples {
  /** SHA-256 of the samples as models read them, with their ids and labels. */
  readonly samples: string;
  readonly ids: Int32Array;
  /** One a sample; undefined where labels are those of tokens. */
  readonly labels: Int32Array | undefined;
  /** Tokens of each; of texts only. */
  readonly lengths: Int32Array | undefined;
}

/** Samples are read in pieces of so many; that must stay as it is, for how texts are padded depends on it. */
const atOnce = 64;

/** Identifies the test samples of a dataset, whatever else is in it. */
export function fingerprintOf({ test }: Pick<Dataset, 'test'>): TestSamples {
  const hash = createHash('sha256').update('samples-1\n');
  const ids: number[] = [];
  const labels: number[] = [];
  const lengths: number[] = [];
  for (let from = 0; from < test.size; from += atOnce) {
    const count = Math.min(atOnce, test.size - from);
    const batch = test.batch(
      Int32Array.from({ length: count }, (_, at) => from + at),
      count,
    );
    const { input, sampleIds } = batch;
    for (const [name, { data }] of [...Object.entries(input), ['labels', batch.labels] as const])
      hash
        .update(`${name} ${data.length}\n`)
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    ids.push(...sampleIds);
    const size = batch.labels.shape[0]!;
    if (batch.labels.shape.length === 1) labels.push(...batch.labels.data.subarray(0, sampleIds.length));
    const { mask } = input;
    if (!mask) continue;
    const width = mask.data.length / size;
    for (let row = 0; row < sampleIds.length; row++) {
      let length = 0;
      for (let at = row * width; at < (row + 1) * width; at++) length += mask.data[at]!;
      lengths.push(length);
    }
  }
  const own = Int32Array.from(ids);
  return {
    samples: hash.update(new Uint8Array(own.buffer)).digest('hex'),
    ids: own,
    labels: labels.length === ids.length ? Int32Array.from(labels) : undefined,
    lengths: lengths.length === ids.length ? Int32Array.from(lengths) : undefined,
  };
}
