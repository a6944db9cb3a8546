import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Dataset, HostBatch } from '../../data/dataset.ts';
import type { CompiledStep, Device } from '../../device/device.ts';
import type { Model } from '../../models/model.ts';
import type { StepTotals, StrategyBatch } from '../../strategies/strategy.ts';
import type { Quality } from '../evaluation/quality.ts';

/** How answers to a task are evaluated, a further part of its record. What is left out says nothing of the task. */
export interface TaskEvaluation {
  /** Makes a model ready to be asked. */
  examine(device: Device, model: Model): Examination;
  /**
   * Says of a model that it answers no better than one that never looks at its input.
   * @param who the model as the subject of a sentence, such as 'The teacher'
   * @param quality of its answers to the test set, all of which are numbers
   * @returns undefined where it is better
   */
  noBetterThanChance(who: string, quality: Quality, dataset: Dataset): string | undefined;
  /**
   * What several models answer together. Call inside tf.tidy or a compiled step.
   * @param logits of each
   */
  together(logits: readonly Tensor[]): Tensor;
  /** A training batch's share of the step's accuracy. Call inside a compiled step. */
  accuracy?(logits: Tensor, batch: StrategyBatch, totals: StepTotals): Scalar;
}

/** A model that can be asked, as often as wanted. */
export interface Examination {
  readonly step: CompiledStep<string>;
  /** @param keep of how many samples what is answered is to be kept; left out: of none */
  begin(keep?: number): Answers;
}

/** Answers of a model to one batch at a time, gathered into figures. */
export interface Answers {
  readonly metrics: Quality;
  add(batch: HostBatch): Promise<void>;
}
