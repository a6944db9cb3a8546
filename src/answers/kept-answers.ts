import type { KeptAnswer } from '../experiment/tasks/task-record.ts';

/**
 * What the models of a run answered to the test samples, one by one: what a run keeps beside its figures, so that one can
 * see afterwards which samples a student lost.
 */

export type AnswerKind = KeptAnswer['kind'];

/** Answers of one model, sample by sample. */
export interface SampleAnswers {
  /** What the label costs, nats: cross-entropy; NaN where the answer was no number. */
  readonly losses: Float32Array;
  /** Of classifiers: how many classes are kept of each answer; 0 of others. */
  readonly kept: number;
  /** (samples, kept): the most probable classes, the answer first; −1 where there is no answer. */
  readonly classes: Int32Array;
  /** (samples, kept): their probabilities, 0…1, falling; NaN where there is no answer. */
  readonly probabilities: Float32Array;
}

/** In the order in which the samples were asked, which batches decide. */
export interface GatheredAnswers extends SampleAnswers {
  /** Of the samples in their dataset. */
  readonly ids: Int32Array;
}

/** In the order of the test split. */
export interface ModelAnswers extends SampleAnswers {
  /** In its run: student, teacher, ensemble, or the name of an exit or peer. */
  readonly name: string;
}

/** A model of the run whose answers are not among those kept. */
export interface MissingAnswers {
  readonly name: string;
  readonly why: string;
}

export interface KeptAnswers {
  readonly kind: AnswerKind;
  /** What a loss is measured in: 'nats', 'nats per token'. */
  readonly unit: string;
  /** Names of the classes; none where answers are no classes. */
  readonly classNames: readonly string[];
  /** What the run's events say of its data: two runs with the same have the same test samples. */
  readonly content: string;
  /** SHA-256 of the test samples as the models read them, with their labels and ids. */
  readonly samples: string;
  /** Whether the teacher is what the student was made from by quantizing or pruning. */
  readonly compressed: boolean;
  /** Ids of the samples in their dataset, in the order of the test split. */
  readonly ids: Int32Array;
  /** True classes; of classifiers only. */
  readonly labels?: Int32Array | undefined;
  /** Tokens of each sample; of texts only. */
  readonly lengths?: Int32Array | undefined;
  readonly models: readonly ModelAnswers[];
  readonly missing: readonly MissingAnswers[];
}

/** The most probable classes that are kept of an answer: all, where there are no more. */
const mostKept = 10;
/** Bytes of a class and its probability. */
const keptBytes = 8;
/** Of one model. */
const mostBytes = 24 << 20;

/** How many classes to keep of each answer, so that answers to many samples stay small. */
export const classesToKeep = (classes: number, samples: number): number =>
  Math.max(1, Math.min(classes, mostKept, Math.floor(mostBytes / (keptBytes * Math.max(1, samples)))));

/** Gathers answers sample by sample. */
export class AnswerGatherer {
  readonly #kept: number;
  readonly #ids: number[] = [];
  readonly #losses: number[] = [];
  readonly #classes: number[] = [];
  readonly #probabilities: number[] = [];

  /** @param kept classes of each answer; 0 where answers are no classes */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** An answer that is no number, or one of a task without classes. */
  addLoss(id: number, loss: number): void {
    this.#ids.push(id);
    this.#losses.push(loss);
    for (let rank = 0; rank < this.#kept; rank++) {
      this.#classes.push(-1);
      this.#probabilities.push(Number.NaN);
    }
  }

  /**
   * @param logits one row, all of whose probabilities are numbers
   * @param highest of the logits, and the sum of exp(logit − highest)
   */
  add(id: number, logits: Float32Array, loss: number, highest: number, sum: number): void {
    this.#ids.push(id);
    this.#losses.push(loss);
    for (const index of highestOf(logits, this.#kept)) {
      this.#classes.push(index);
      this.#probabilities.push(Math.exp(logits[index]! - highest) / sum);
    }
  }

  get answers(): GatheredAnswers {
    return {
      ids: Int32Array.from(this.#ids),
      losses: Float32Array.from(this.#losses),
      kept: this.#kept,
      classes: Int32Array.from(this.#classes),
      probabilities: Float32Array.from(this.#probabilities),
    };
  }
}

/**
 * The same answers in another order.
 * @param ids of the samples in that order
 * @returns undefined where they are answers to other samples
 */
export function inOrderOf(gathered: GatheredAnswers, ids: Int32Array): SampleAnswers | undefined {
  const { kept } = gathered;
  const places = new Map(Array.from(gathered.ids, (id, place) => [id, place]));
  if (places.size !== ids.length || gathered.ids.length !== ids.length) return undefined;
  const losses = new Float32Array(ids.length);
  const classes = new Int32Array(kept * ids.length);
  const probabilities = new Float32Array(kept * ids.length);
  for (const [sample, id] of ids.entries()) {
    const place = places.get(id);
    if (place === undefined) return undefined;
    losses[sample] = gathered.losses[place]!;
    classes.set(gathered.classes.subarray(place * kept, (place + 1) * kept), sample * kept);
    probabilities.set(gathered.probabilities.subarray(place * kept, (place + 1) * kept), sample * kept);
  }
  return { losses, kept, classes, probabilities };
}

/** Where the highest values stand, falling; of equal ones the first comes first. */
function highestOf(values: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (found.length === count && !(value > values[found.at(-1)!]!)) continue;
    let place = found.length === count ? count - 1 : found.length;
    for (; place > 0 && value > values[found[place - 1]!]!; place--) found[place] = found[place - 1]!;
    found[place] = index;
  }
  return found;
}
