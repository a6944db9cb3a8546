import type { StopRequested } from '../../base/interruption.ts';
import { type HostBatch, ignoredLabel } from '../../data/dataset.ts';
import { bucketOf, lengthBuckets } from '../../data/length-buckets.ts';
import { startsOf } from '../../data/text/prompts.ts';
import type { Device } from '../../device/device.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import type { OnPolicyConfig } from '../../experiment/strategies/sequence/on-policy.ts';
import type { Model } from '../../models/model.ts';

import { TextGenerator } from './text-generator.ts';

export interface OwnSamplesOptions {
  readonly device: Device;
  readonly student: Model;
  readonly config: OnPolicyConfig;
  /** Of the run. */
  readonly seed: number;
  /** Ends a text. */
  readonly endId: number | undefined;
  /** Tokens of a sample, at most. */
  readonly length: number;
  readonly padId: number;
  readonly stopRequested?: StopRequested;
}

/**
 * Lets a student learn from what it writes itself (GKD, Agarwal et al. 2024): a share of the batches is replaced by
 * continuations of their beginnings. What is drawn follows from seed, step and weights alone, so that a run that goes on
 * draws the same.
 */
export class OwnSamples {
  readonly #options: OwnSamplesOptions;
  readonly #generator: TextGenerator;
  readonly #buckets: readonly number[];

  constructor(options: OwnSamplesOptions) {
    this.#options = options;
    this.#generator = new TextGenerator(options.device, options.student);
    this.#buckets = lengthBuckets(options.length);
  }

  /**
   * The batches of an optimizer step, some of them as the student goes on.
   * @throws Interruption, before anything was learned of the step
   */
  async of(batches: readonly HostBatch[], step: number): Promise<HostBatch[]> {
    const made: HostBatch[] = [];
    for (const [index, batch] of batches.entries()) {
      const use = `own samples of step ${step}, batch ${index}`;
      const { share } = this.#options.config;
      const own = RandomGenerator.forUse(this.#options.seed, use).uniform() < share;
      made.push(own ? await this.#written(batch, use) : batch);
    }
    return made;
  }

  /** Samples that leave nothing to write stay as they are. */
  async #written(batch: HostBatch, use: string): Promise<HostBatch> {
    const { config, seed, endId, length, stopRequested } = this.#options;
    const rows = Array.from({ length: batch.weights.data.length }, (_, row) =>
      row < batch.sampleIds.length ? startsOf(batch, row, config.promptLength)[0] : undefined,
    );
    const starts = rows.flatMap((start, row) => (start ? [{ row, prompt: start.prompt }] : []));
    if (starts.length === 0) return batch;
    const continuations = await this.#generator.continue(
      // Always as many texts, since another number would be compiled anew.
      rows.map((_, at) => {
        const { row, prompt } = starts[at % starts.length]!;
        return { ids: prompt, generator: RandomGenerator.forUse(seed, `${use}, row ${row}`) };
      }),
      {
        sampling: { temperature: config.temperature },
        length,
        mostNew: config.maxNewTokens,
        endId,
        stopRequested,
      },
    );
    const texts = new Map(
      starts.map(({ row, prompt }, at) => [row, { prompt, written: continuations[at]! }] as const),
    );
    return this.#batchOf(batch, texts);
  }

  #batchOf(
    batch: HostBatch,
    texts: ReadonlyMap<number, { readonly prompt: Int32Array; readonly written: Int32Array }>,
  ): HostBatch {
    const { labels, weights, sampleIds, input } = batch;
    const [count, before] = labels.shape as [number, number];
    const kept = (row: number) => !texts.has(row % sampleIds.length);
    let longest = Array.from({ length: count }, (_, row) => row).some(kept) ? before : 2;
    for (const { prompt, written } of texts.values())
      longest = Math.max(longest, prompt.length + written.length);
    const length = bucketOf(longest, this.#buckets);
    const ids = new Int32Array(count * length).fill(this.#options.padId);
    const mask = new Float32Array(count * length);
    const own = new Int32Array(count * length).fill(ignoredLabel);
    for (let row = 0; row < count; row++) {
      const start = row * length;
      // Rows that only fill the batch repeat others at weight 0.
      const text = texts.get(row % sampleIds.length);
      if (text) {
        const { prompt, written } = text;
        ids.set(prompt, start);
        ids.set(written, start + prompt.length);
        own.set(written, start + prompt.length);
        mask.fill(1, start, start + prompt.length + written.length);
      } else {
        const part = (data: ArrayLike<number>) =>
          Array.prototype.slice.call(data, row * before, (row + 1) * before) as number[];
        ids.set(part(input.ids!.data), start);
        mask.set(part(input.mask!.data), start);
        own.set(part(labels.data), start);
      }
    }
    const shape = [count, length];
    return {
      input: {
        ids: { data: ids, shape, dtype: 'int32' },
        mask: { data: mask, shape, dtype: 'float32' },
      },
      labels: { data: own, shape, dtype: 'int32' },
      weights,
      sampleIds,
    };
  }

  dispose(): void {
    this.#generator.dispose();
  }
}
