import type { HostTensor } from '../device/device.ts';
import { taskRecord } from '../experiment/tasks/all.ts';
import type { Model } from '../models/model.ts';

export type Inputs = Readonly<Record<string, HostTensor>>;

/** How one model answers beside another, over batches of samples. */
export class Comparison {
  readonly #model: Model;
  samples = 0;
  /** Of all logits: the largest difference; NaN where one is no number. */
  largestDifference = 0;
  /** The largest magnitude of the other's logits. */
  scale = 0;
  #answers = 0;
  #agreed = 0;

  /** @param model that answers, or one of its kind */
  constructor(model: Model) {
    this.#model = model;
  }

  /**
   * Of all answers, of tokens where it continues texts: the share in which both choose the same class, 0…1; of numbers the
   * share that are apart by less than a hundredth of the largest one, of several labels that of equal sets.
   */
  get agreement(): number {
    return this.#agreed / this.#answers;
  }

  #alike(one: Float32Array, other: Float32Array): boolean {
    const { answers } = taskRecord(this.#model.task);
    if (answers === 'labels') return one.every((logit, at) => logit > 0 === other[at]! > 0);
    if (answers !== 'numbers') return indexOfLargest(one) === indexOfLargest(other);
    return Math.abs(one[0]! - other[0]!) <= little * Math.max(this.scale, 1e-6);
  }

  /** @param theirs logits of a batch, and `ours` those of the other: (rows, classes) */
  add(batch: Inputs, theirs: Float32Array, ours: Float32Array): void {
    const { classes } = this.#model.task;
    this.samples += Object.values(batch)[0]!.shape[0]!;
    for (const row of realRows(batch, this.#model)) {
      const of = (logits: Float32Array) => logits.subarray(row * classes, (row + 1) * classes);
      const [one, other] = [of(theirs), of(ours)];
      this.#answers++;
      for (let at = 0; at < classes; at++) {
        this.largestDifference = Math.max(this.largestDifference, Math.abs(one[at]! - other[at]!));
        this.scale = Math.max(this.scale, Math.abs(other[at]!));
      }
      if (this.#alike(one, other)) this.#agreed++;
    }
  }
}

/** What is little for a number beside the largest of them. */
const little = 0.01;

/** Rows of the logits that answer something: all, but for those of padding. */
function realRows(batch: Inputs, { task }: Model): number[] {
  const { continuesTexts } = taskRecord(task);
  const rows = continuesTexts
    ? [...batch.mask!.data.keys()]
    : [...Array(Object.values(batch)[0]!.shape[0]!).keys()];
  return continuesTexts ? rows.filter((row) => batch.mask!.data[row] !== 0) : rows;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}

/** Where a file answers otherwise than its precision explains. */
export const faultRemedy =
  'Nothing was exported. Please report this with the experiment: it is a fault of Distillery.';
