import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { RandomSource } from '../device/random-source.ts';
import type { ForwardResult, Model, ModelInput } from '../models/model.ts';

/** What must be computed of the teacher for each sample. Nothing needed means no teacher is loaded. */
export interface TeacherNeeds {
  readonly logits: boolean;
  /** Layers whose hidden states are read, as indices into ForwardResult.hiddenStates. */
  readonly hiddenStates: readonly number[];
}

export const noTeacher: TeacherNeeds = { logits: false, hiddenStates: [] };

/** The teacher's answer for a batch, fresh or from the cache; no gradient flows into it. */
export interface TeacherSignals {
  readonly logits?: Tensor;
  /** By layer index. */
  readonly hiddenStates: ReadonlyMap<number, Tensor>;
}

export interface StrategyBatch {
  readonly input: ModelInput;
  /** (batch) int32 class indices; (batch, length) for language models, with −100 where a position does not count. */
  readonly labels: Tensor;
  /** (batch) float32: 1 for a real sample, 0 for one that only pads the last batch. */
  readonly weights: Tensor;
}

export interface StrategyContext {
  readonly batch: StrategyBatch;
  /** The student's forward pass in training mode. */
  readonly student: ForwardResult;
  readonly teacher: TeacherSignals;
  readonly labelSmoothing: number;
  readonly random: RandomSource;
}

/** A weighted term of the loss; the total is Σ weight · value. Every value is recorded under its name. */
export interface LossTerm {
  readonly weight: number;
  readonly value: Scalar;
}

/** What a strategy sees before training: shapes, never weights of the teacher. */
export interface StrategyParts {
  readonly student: Model;
  readonly teacher?: { readonly layerCount: number; readonly hiddenSizes: readonly number[] };
  readonly task: TaskShape;
  /** A fresh, randomly initialised weight, drawn from the run's seed. */
  readonly initialize: (
    name: string,
    shape: readonly number[],
    scheme: 'zeros' | 'ones' | 'glorot',
  ) => Variable;
  /** Builds a further model with its own weights, for peers. */
  readonly buildModel: (config: Model['config'], name: string) => Model;
}

/** A strategy bound to one student: what it adds, and how a batch becomes named loss terms. */
export interface AttachedStrategy {
  /** Trained with the student, clipped and checkpointed with it, and left out of the exported student. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Saved in checkpoints beside the parameters, not trained (running statistics of peers). */
  readonly buffers: ReadonlyMap<string, Variable>;
  /** Averages are over real samples (or valid positions) of the batch. Runs inside a compiled step. */
  loss(context: StrategyContext): Record<string, LossTerm>;
  /** Further models worth evaluating at the end: exits of a self-distilled student, peers of mutual learning. */
  readonly candidates?: readonly { readonly name: string; readonly model: Model }[];
}

export interface Strategy {
  readonly kind: string;
  /** Known before training, from the configuration and the two depths. */
  needs(depths: { readonly student: number; readonly teacher: number | undefined }): TeacherNeeds;
  attach(parts: StrategyParts): AttachedStrategy;
}
