import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { RandomSource } from '../device/random-source.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { GeneratedConfig } from '../experiment/strategies/generated/record.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import type { OnPolicyConfig } from '../experiment/strategies/sequence/on-policy.ts';
import type { ForwardResult, Model, ModelInput } from '../models/model.ts';
import type { TokenPairs } from './across/across-rows.ts';
import type { Spans } from './across/spans.ts';
import type { HiddenShapes } from './hidden-shapes.ts';
import type { Rows } from './losses/rows.ts';

/**
 * What must be computed of the teacher for each sample. The teacher's answer to a sample depends on nothing else, so
 * whatever is named here may be cached by sample id wherever the data is not augmented. Nothing needed means that no
 * teacher is loaded for training.
 */
export interface TeacherNeeds {
  readonly logits: boolean;
  /** Layers whose hidden states are read, as indices into ForwardResult.hiddenStates or keys of its named values. */
  readonly hiddenStates: readonly LayerReference[];
  /** Layers of which only Model.pool() of the hidden state is read: one vector per sample. */
  readonly pooled: readonly LayerReference[];
  /** Language models: the largest logits of each position are enough; all of them where there are no more. */
  readonly topLogits?: TopLogitsNeeds;
  /**
   * Its own tokens are read instead of the student’s, and spans of text that both cut alike are compared: its logits are
   * those of its own samples of the text.
   */
  readonly across?: boolean;
  /** Texts that it writes before training, which the student learns from in place of the samples. */
  readonly texts?: GeneratedConfig;
  /** The student writes some of the batches itself, so that the teacher must run in every step. */
  readonly ownSamples?: OnPolicyConfig;
}

export interface TopLogitsNeeds {
  /** Tokens per position. */
  readonly count: number;
  /** At which it must be known what all other tokens come to. */
  readonly temperatures: readonly number[];
}

export const noTeacher: TeacherNeeds = { logits: false, hiddenStates: [], pooled: [] };

/**
 * The k most probable tokens of each position, and what the other V − k come to. No temperature but those it was made
 * for can be applied: what the others come to at one does not follow from what they come to at another.
 */
export interface TopLogits {
  /** (batch, length, k) int32, each token at most once in a position; the most probable first. */
  readonly indices: Tensor;
  /** (batch, length, k) float32, natural logarithms of the probabilities at temperature 1. */
  readonly logProbabilities: Tensor;
  /** By temperature T: (batch, length) float32, log Σ p^(1/T) over the other tokens, p at temperature 1. */
  readonly rest: ReadonlyMap<number, Tensor>;
}

/** The teacher's answer for a batch, fresh or from the cache; no gradient flows into it. */
export interface TeacherSignals {
  /** (batch, classes) or (batch, length, vocabulary), not divided by any temperature. */
  readonly logits?: Tensor;
  /** In place of logits, where needs().topLogits was heeded. */
  readonly topLogits?: TopLogits;
  /** Where needs().across was heeded. */
  readonly spans?: Spans;
  /** By layer. */
  readonly hiddenStates: ReadonlyMap<LayerReference, Tensor>;
  /** (batch, width) by layer. */
  readonly pooled: ReadonlyMap<LayerReference, Tensor>;
}

export interface StrategyBatch {
  readonly input: ModelInput;
  /** As the task has them, the batch first; see TaskLearning. */
  readonly labels: Tensor;
  /** (batch) float32: 1 for a real sample, 0 for one that only pads the last batch. */
  readonly weights: Tensor;
}

/**
 * What averages are divided by: counts over all batches of the optimizer step, so that accumulated gradients equal
 * those of one large batch. Made by stepTotals(); inputs of the compiled step, never read from the batch alone.
 */
export interface StepTotals {
  /** Real samples. */
  readonly samples: Scalar;
  /** Real input tokens of real samples; 0 for images. */
  readonly tokens: Scalar;
  /** Labels of real samples that count; see TaskLearning.targets(). */
  readonly targets: Scalar;
  /** Real samples that have a label that counts. */
  readonly labelled: Scalar;
}

export interface StrategyContext {
  readonly batch: StrategyBatch;
  /** The predictions that the batch asks for, as the task has them. */
  readonly rows: Rows;
  /** The student's forward pass in training mode. */
  readonly student: ForwardResult;
  readonly teacher: TeacherSignals;
  readonly totals: StepTotals;
  readonly labelSmoothing: number;
  readonly random: RandomSource;
}

/**
 * A weighted term of the loss; the total is Σ weight · value. A value is this batch's share of the average over the
 * optimizer step: summed over the step's batches it is the average, which is recorded under the term's name. A term of
 * weight 0 is recorded and not trained on: leave it out of what is differentiated.
 */
export interface LossTerm {
  readonly weight: number;
  readonly value: Scalar;
  /** Set where it is a mean over labels, and so nothing in a step that has none. */
  readonly ofLabels?: true;
  /** Where the value is a sum over pairs of layers: its summands, by `student-teacher`. Recorded, never trained on. */
  readonly layers?: Readonly<Record<string, Scalar>>;
}

/** What a strategy sees of the teacher before training: shapes, never weights. */
export interface TeacherParts {
  readonly hiddenShapes: HiddenShapes;
  /** Width of its logits. */
  readonly classes: number;
  /** Where it reads tokens of its own: those that are the student’s, too. */
  readonly pairs?: TokenPairs;
}

export interface StrategyParts {
  readonly student: Model;
  /** There whenever needs() names anything. */
  readonly teacher?: TeacherParts;
  readonly task: TaskShape;
  /** A fresh, randomly initialised weight, drawn from the run's seed and the name. */
  readonly initialize: (
    name: string,
    shape: readonly number[],
    scheme: 'zeros' | 'ones' | 'glorot' | 'he',
  ) => Variable;
  /** Builds a further model with its own weights, drawn from the run's seed and the name, for peers. */
  readonly buildModel: (config: ModelConfig, name: string) => Model;
}

/** A model worth evaluating at the end beside the student: an exit of a self-distilled one, a peer of mutual learning. */
export interface Candidate {
  readonly name: string;
  /** Shares its variables with the student or the strategy; disposing of those is their owner's business. */
  readonly model: Model;
  /** Whether this model and the student may answer together, by the mean of their probabilities. */
  readonly ensemble: boolean;
}

/** A strategy bound to one student: what it adds, and how a batch becomes named loss terms. */
export interface AttachedStrategy {
  /** Trained with the student, clipped and checkpointed with it, and left out of the exported student. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Saved in checkpoints beside the parameters, not trained (running statistics of peers). */
  readonly buffers: ReadonlyMap<string, Variable>;
  /** Runs inside a compiled step; shapes alone decide what is computed. The names of the terms never change. */
  loss(context: StrategyContext): Record<string, LossTerm>;
  /** Called outside the compiled step before each optimizer step. @param done optimizer steps done, of `total`. */
  beforeStep?(done: number, total: number): Promise<void>;
  /** Called inside the compiled step when the parameters have their new values, to change these once more. */
  afterUpdate?(): void;
  /** Whether the student is what it is to become; epochs before that are not candidates for the best. Left out: always. */
  settled?(done: number, total: number): boolean;
  /** Made at the call; the student itself is not among them. */
  candidates?(): readonly Candidate[];
  /** Releases the variables that the strategy owns. */
  dispose(): void;
}

export interface Strategy {
  readonly kind: string;
  /**
   * Known before training, from the configuration and what hiddenShapes() says of student and teacher.
   * @throws UserError where a layer is named that is not there, or the pair does not go together.
   */
  needs(shapes: { readonly student: HiddenShapes; readonly teacher: HiddenShapes | undefined }): TeacherNeeds;
  /** @throws UserError where student and teacher do not go together, before anything is computed. */
  attach(parts: StrategyParts): AttachedStrategy;
}
