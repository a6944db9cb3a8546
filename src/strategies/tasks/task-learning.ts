import type { HostTensor } from '../../device/device.ts';
import type { Rows } from '../losses/rows.ts';
import type { StepTotals, StrategyBatch } from '../strategy.ts';

/** What is learned of the labels of a task, the other half of its record on the floor of experiments. */
export interface TaskLearning {
  /**
   * How many labels of a sample count, or what they count for together.
   * @param labels as they lie in a batch
   * @param sample its place in the batch
   * @param classWeights of samples of one class each: what a label counts for, by its class; left out: all the same
   */
  targets(labels: HostTensor, sample: number, classWeights?: readonly number[]): number;
  /** The predictions of a batch, and what they count for and cost. Call inside a compiled step. */
  rows(batch: StrategyBatch, totals: StepTotals, classWeights?: readonly number[]): Rows;
}
