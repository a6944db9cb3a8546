import type { HostTensor } from '../device/device.ts';
import { type HostBatch, ignoredLabel, type Split, type TaskShape } from './dataset.ts';

/**
 * Samples with labels and, after them, samples without. Whatever labels the latter have in their own split are hidden:
 * each number of them is `ignoredLabel`. In a batch those with labels come first.
 */
export class MixedSplit implements Split {
  readonly name = 'mixed';
  readonly #labelled: Split;
  readonly #unlabelled: Split;
  readonly #chosen: Int32Array | undefined;
  readonly #padId: number;

  /** @param chosen positions of the unlabelled samples; left out: all of them */
  constructor(labelled: Split, unlabelled: Split, { text }: Pick<TaskShape, 'text'>, chosen?: Int32Array) {
    this.#labelled = labelled;
    this.#unlabelled = unlabelled;
    this.#chosen = chosen;
    this.#padId = text?.padId ?? 0;
  }

  /** The first so many have labels. */
  get labelled(): number {
    return this.#labelled.size;
  }

  get unlabelled(): number {
    return this.#chosen?.length ?? this.#unlabelled.size;
  }

  get size(): number {
    return this.labelled + this.unlabelled;
  }

  get lengthOf(): ((position: number) => number) | undefined {
    const [labelled, unlabelled] = [this.#labelled, this.#unlabelled];
    if (!labelled.lengthOf || !unlabelled.lengthOf) return undefined;
    return (position) =>
      position < labelled.size
        ? labelled.lengthOf!(position)
        : unlabelled.lengthOf!(this.#positionOf(position));
  }

  batch(positions: Int32Array, batchSize: number): HostBatch {
    const own = positions.filter((position) => position < this.labelled);
    const others = positions
      .filter((position) => position >= this.labelled)
      .map((position) => this.#positionOf(position));
    if (others.length === 0) return this.#labelled.batch(own, batchSize);
    const unlabelled = withoutLabels(this.#unlabelled.batch(others, batchSize - own.length));
    if (own.length === 0) return unlabelled;
    const labelled = this.#labelled.batch(own, own.length);
    return {
      input: Object.fromEntries(
        Object.entries(labelled.input).map(([name, tensor]) => [
          name,
          joined(tensor, unlabelled.input[name]!, name === 'ids' ? this.#padId : 0),
        ]),
      ),
      labels: joined(labelled.labels, unlabelled.labels, ignoredLabel),
      weights: joined(labelled.weights, unlabelled.weights, 0),
      sampleIds: Int32Array.of(...labelled.sampleIds, ...unlabelled.sampleIds),
    };
  }

  #positionOf(position: number): number {
    const index = position - this.labelled;
    const own = this.#chosen ? this.#chosen[index] : index;
    if (own === undefined) throw new RangeError(`There is no unlabelled sample ${index}.`);
    return own;
  }
}

const withoutLabels = ({ labels, ...batch }: HostBatch): HostBatch => ({
  ...batch,
  labels: { ...labels, data: labels.data.map(() => ignoredLabel) as HostTensor['data'] },
});

/** One tensor under the other; texts of the shorter one are padded to the length of those of the longer. */
function joined(one: HostTensor, other: HostTensor, padding: number): HostTensor {
  const shape = [one.shape[0]! + other.shape[0]!, ...one.shape.slice(1)];
  if (shape.length > 1) shape[1] = Math.max(one.shape[1]!, other.shape[1]!);
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new (one.data.constructor as Float32ArrayConstructor)(size);
  if (padding !== 0) data.fill(padding);
  const row = size / shape[0]!;
  let start = 0;
  for (const tensor of [one, other]) {
    const rows = tensor.shape[0]!;
    const length = tensor.data.length / rows;
    for (let at = 0; at < rows; at++, start += row)
      data.set(tensor.data.subarray(at * length, (at + 1) * length) as Float32Array, start);
  }
  return { ...one, data: data as HostTensor['data'], shape };
}
