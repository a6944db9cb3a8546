import { type HostBatch, ignoredLabel, type Split } from '../dataset.ts';
import type { SampleLabels } from '../labels.ts';
import { bucketOf } from '../length-buckets.ts';
import type { TokenStore } from './token-store.ts';

export interface TextSource {
  readonly tokens: TokenStore;
  /** Absent where the next token is the label. */
  readonly labels?: SampleLabels;
  /** Whether samples hold several documents, each to be read as if it stood alone. */
  readonly packed?: boolean;
  /** Added to the index of a sample to make an id that no other source uses. */
  readonly idOffset: number;
}

export interface TextLayout {
  readonly padId: number;
  /** Whether tokens are of two types: 0 in the beginning of a sample, its first text, and 1 from there on. */
  readonly segments?: boolean;
  /** Ascending; the last holds the longest sample. */
  readonly buckets: readonly number[];
}

/**
 * Token ids in batches as long as the bucket of their longest sample. Labels are as their source has them, or for language
 * models the ids themselves, −100 where a position is padding or no target; the loss shifts them.
 */
export class TextSplit implements Split {
  readonly name: Split['name'];
  readonly #source: TextSource;
  readonly #indices: Int32Array;
  readonly #layout: TextLayout;

  constructor(name: Split['name'], source: TextSource, indices: Int32Array, layout: TextLayout) {
    this.name = name;
    this.#source = source;
    this.#indices = indices;
    this.#layout = layout;
  }

  /** Real tokens of all samples. */
  get tokens(): number {
    return this.#indices.reduce((sum, index) => sum + this.#source.tokens.length(index), 0);
  }

  get size(): number {
    return this.#indices.length;
  }

  lengthOf(position: number): number {
    return bucketOf(this.#source.tokens.length(this.#indexAt(position)), this.#layout.buckets);
  }

  /** Rows that only fill the batch repeat its own samples at weight 0: they make it no longer. */
  batch(positions: Int32Array, batchSize: number): HostBatch {
    if (positions.length > batchSize || positions.length === 0)
      throw new RangeError(`${positions.length} samples do not fit a batch of ${batchSize}`);
    const { tokens, labels: own, idOffset } = this.#source;
    let length = 0;
    for (const position of positions) length = Math.max(length, this.lengthOf(position));
    const ids = new Int32Array(batchSize * length).fill(this.#layout.padId);
    const mask = new Float32Array(batchSize * length);
    const segments = this.#layout.segments ? new Int32Array(batchSize * length) : undefined;
    const places = this.#source.packed ? packedPlaces(batchSize * length) : undefined;
    const next = new Int32Array(own ? 0 : batchSize * length).fill(ignoredLabel);
    const samples: number[] = [];
    const sampleIds = new Int32Array(positions.length);
    for (let row = 0; row < batchSize; row++) {
      const index = this.#indexAt(positions[row % positions.length]!);
      const sample = tokens.ids(index);
      const start = row * length;
      ids.set(sample, start);
      mask.fill(1, start, start + sample.length);
      segments?.fill(1, start + tokens.beginning(index), start + sample.length);
      places?.fill(start, sample.length, length, tokens.documents(index) ?? [0]);
      samples.push(index);
      if (!own)
        for (const [first, end] of tokens.targets(index))
          next.set(sample.subarray(first, end), start + first);
      if (row < positions.length) sampleIds[row] = index + idOffset;
    }
    return {
      input: {
        ids: { data: ids, shape: [batchSize, length], dtype: 'int32' },
        mask: { data: mask, shape: [batchSize, length], dtype: 'float32' },
        ...(places && {
          documents: { data: places.documents, shape: [batchSize, length], dtype: 'int32' },
          positions: { data: places.positions, shape: [batchSize, length], dtype: 'int32' },
        }),
        ...(segments && { segments: { data: segments, shape: [batchSize, length], dtype: 'int32' } }),
      },
      labels: own?.batch(samples, length) ?? { data: next, shape: [batchSize, length], dtype: 'int32' },
      weights: {
        data: new Float32Array(batchSize).fill(1, 0, positions.length),
        shape: [batchSize],
        dtype: 'float32',
      },
      sampleIds,
    };
  }

  #indexAt(position: number): number {
    const index = this.#indices[position];
    if (index === undefined) throw new RangeError(`${this.name} has no sample ${position}`);
    return index;
  }
}

/** Which document each token of a batch belongs to, and where it stands in it. */
function packedPlaces(size: number) {
  const documents = new Int32Array(size);
  const positions = new Int32Array(size);
  return {
    documents,
    positions,
    /** @param row where the tokens of a sample begin; padding behind them is a document of its own. */
    fill(row: number, tokens: number, length: number, starts: readonly number[]): void {
      const begins = tokens < length ? [...starts, tokens] : starts;
      for (const [number, start] of begins.entries())
        for (let at = start; at < (begins[number + 1] ?? length); at++) {
          documents[row + at] = number;
          positions[row + at] = at - start;
        }
    },
  };
}
