import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../../device/device.ts';
import type { TrainingConfig } from '../../experiment/schema/schema.ts';
import { AdamW } from './adamw.ts';
import { Sgd } from './sgd.ts';

/**
 * Turns gradients into new weights inside a compiled step. All that changes from step to step comes in through
 * {@link Optimizer.scalars}, so the recorded graph never changes.
 */
export interface Optimizer {
  /** What a checkpoint must hold beside the weights, by name. */
  readonly state: ReadonlyMap<string, Variable>;
  /**
   * Inputs of one compiled step.
   * @param step optimizer steps done before this one, from 0.
   */
  scalars(step: number, learningRate: number): Record<string, HostTensor>;
  /**
   * Assigns the parameters and the state. Call inside the compiled step.
   * @param gradients by the parameter's name; a parameter without one keeps its value.
   * @param scalars the tensors of {@link Optimizer.scalars}, under the same names.
   * @param scale a scalar the gradients are multiplied by, from clipping; folded in so that it costs no pass of its own.
   */
  apply(gradients: ReadonlyMap<string, Tensor>, scalars: Tensors, scale?: Tensor): void;
  dispose(): void;
}

export type OptimizerConfig = Pick<
  TrainingConfig,
  'optimizer' | 'momentum' | 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'weightDecayKind'
>;

/** @param parameters all that is trained, by name: those of the student and those a strategy adds. */
export function createOptimizer(
  config: OptimizerConfig,
  parameters: ReadonlyMap<string, Variable>,
): Optimizer {
  return config.optimizer === 'adamw' ? new AdamW(config, parameters) : new Sgd(config, parameters);
}
