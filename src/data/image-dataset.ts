import { createHash } from 'node:crypto';
import type { UnlabelledConfig } from '../experiment/datasets/unlabelled.ts';
import { contentHash } from './content-hash.ts';
import type { Dataset, HostBatch, Split, TaskShape } from './dataset.ts';
import { duplicateRemarks } from './duplicates.ts';
import { pixelScaleOf } from './images/pixel-scale.ts';
import type { Pixels } from './images/pixels.ts';
import { type LabelledImages, sameImages } from './labelled-images.ts';
import { drawSplits, type SplitIndices, type SplitOptions } from './splits.ts';
import { unlabelledImages } from './unlabelled-images.ts';

export interface ImageDatasetOptions extends SplitOptions {
  /** For all channels, or for each. */
  readonly mean: number | readonly number[];
  readonly std: number | readonly number[];
  readonly unlabelled?: UnlabelledConfig;
}

/**
 * A dataset that keeps images as bytes and normalises them, (pixel / 255 − mean) / std, when a batch is read. Sample
 * ids are indices into the training images; ids of test samples go on after the last of those, so that an id names one
 * image whichever split it was read through.
 * @param raw the pixels of images that have no labels, where such have a place of their own
 */
export function imageDataset(
  image: readonly [number, number, number],
  classNames: readonly string[],
  training: LabelledImages,
  testing: LabelledImages,
  options: ImageDatasetOptions,
  raw?: Uint8Array,
): Dataset {
  const task: TaskShape = { classes: classNames.length, image };
  const same = sameImages(image, training, testing);
  const indices = drawSplits(training.labels, testing.labels, task.classes, options, same);
  const normalized = normalizedBytes(image[2], options);
  const split = (name: Split['name'], source: LabelledImages, chosen: Int32Array, idOffset: number) =>
    new ImageSplit(name, source, image, chosen, idOffset, normalized);
  const print = fingerprint(image, training, testing, indices, options);
  const unlabelled =
    options.unlabelled &&
    unlabelledImages({ image, training, testing, indices, fingerprint: print, split }, raw);
  return {
    fingerprint: print,
    content: contentHash({
      about: { format: 'images-1', image, classNames },
      parts: [
        training.pixels,
        training.labels,
        testing.pixels,
        testing.labels,
        ...[indices.train, indices.subset, indices.validation, indices.test],
      ],
    }),
    remarks: [
      ...indices.remarks,
      ...duplicateRemarks(
        {
          train: indices.train.map((index) => same[index]!),
          validation: indices.validation.map((index) => same[index]!),
          test: indices.test.map((index) => same[training.labels.length + index]!),
        },
        'pixel by pixel',
      ),
      ...(unlabelled?.remarks ?? []),
    ],
    task,
    classNames,
    pixelScale: pixelScaleOf(options),
    train: split('train', training, indices.train, 0),
    subset: split('subset', training, indices.subset, 0),
    ...(unlabelled && { unlabelled: unlabelled.images }),
    validation: split('validation', training, indices.validation, 0),
    test: split('test', testing, indices.test, training.labels.length),
  };
}

/** What each byte becomes in each channel: (channels, 256). */
function normalizedBytes(channels: number, { mean, std }: ImageDatasetOptions): Float32Array {
  const of = (option: number | readonly number[], channel: number) =>
    typeof option === 'number' ? option : (option[channel] ?? option[0]!);
  return Float32Array.from({ length: channels * 256 }, (_, at) => {
    const channel = at >> 8;
    return ((at & 255) / 255 - of(mean, channel)) / of(std, channel);
  });
}

class ImageSplit implements Split {
  readonly name: Split['name'];
  readonly #source: LabelledImages;
  readonly #image: readonly [number, number, number];
  readonly #indices: Int32Array;
  readonly #idOffset: number;
  readonly #normalized: Float32Array;

  constructor(
    name: Split['name'],
    source: LabelledImages,
    image: readonly [number, number, number],
    indices: Int32Array,
    idOffset: number,
    normalized: Float32Array,
  ) {
    this.name = name;
    this.#source = source;
    this.#image = image;
    this.#indices = indices;
    this.#idOffset = idOffset;
    this.#normalized = normalized;
  }

  get size(): number {
    return this.#indices.length;
  }

  picture(position: number): Pixels {
    const [height, width, channels] = this.#image;
    const index = this.#indices[position];
    if (index === undefined) throw new RangeError(`${this.name} has no sample ${position}`);
    const size = height * width * channels;
    const data = this.#source.pixels.subarray(index * size, (index + 1) * size);
    return { height, width, channels: channels === 3 ? 3 : 1, data };
  }

  /**
   * Samples that only fill the batch up to `batchSize` are real ones too, spread evenly over the split, at weight 0:
   * they count in no loss, and batch statistics of a last partial batch stay those of real images.
   */
  batch(positions: Int32Array, batchSize: number): HostBatch {
    if (positions.length > batchSize)
      throw new RangeError(`${positions.length} samples do not fit a batch of ${batchSize}`);
    const [height, width, channels] = this.#image;
    const normalized = this.#normalized;
    const bytes = this.#source.pixels;
    const imageBytes = height * width * channels;
    const pixels = new Float32Array(batchSize * imageBytes);
    const labels = new Int32Array(batchSize);
    const weights = new Float32Array(batchSize).fill(1, 0, positions.length);
    const sampleIds = new Int32Array(positions.length);
    const padding = batchSize - positions.length;
    for (let row = 0; row < batchSize; row++) {
      const real = row < positions.length;
      const position = real
        ? positions[row]!
        : Math.floor(((row - positions.length + 0.5) * this.size) / padding);
      const index = this.#indices[position];
      if (index === undefined) throw new RangeError(`${this.name} has no sample ${position}`);
      if (real) sampleIds[row] = index + this.#idOffset;
      labels[row] = this.#source.labels[index]!;
      const from = index * imageBytes;
      const to = row * imageBytes;
      if (channels === 1)
        for (let at = 0; at < imageBytes; at++) pixels[to + at] = normalized[bytes[from + at]!]!;
      else
        for (let at = 0; at < imageBytes; at++)
          pixels[to + at] = normalized[((at % channels) << 8) | bytes[from + at]!]!;
    }
    return {
      input: { pixels: { data: pixels, shape: [batchSize, height, width, channels], dtype: 'float32' } },
      labels: { data: labels, shape: [batchSize], dtype: 'int32' },
      weights: { data: weights, shape: [batchSize], dtype: 'float32' },
      sampleIds,
    };
  }
}

/**
 * Covers all that a teacher and its signals depend on: content, transform, and which samples it trains on and is
 * judged by. The labelled subset and the test limit are left out, so that they share teachers and caches.
 */
function fingerprint(
  image: readonly number[],
  training: LabelledImages,
  testing: LabelledImages,
  indices: SplitIndices,
  options: ImageDatasetOptions,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ format: 'images-1', image, mean: options.mean, std: options.std }));
  for (const part of [
    training.pixels,
    training.labels,
    testing.pixels,
    testing.labels,
    indices.train,
    indices.validation,
  ])
    hash.update(`\n${part.byteLength}\n`).update(part);
  return hash.digest('hex');
}
