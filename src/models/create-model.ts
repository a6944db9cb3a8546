import type { Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { constructionOf } from './architectures/all.ts';
import type { Model } from './model.ts';
import {
  type DenseLayer,
  SharedWeights,
  WeightPlan,
  type WeightRegistry,
  type WeightSource,
  Weights,
} from './weights.ts';

/**
 * Builds a model with weights from `source`.
 * @throws UserError if configuration and task do not go together.
 */
export function createModel(config: ModelConfig, task: TaskShape, source: WeightSource): Model {
  const weights = new Weights(source);
  try {
    return assemble(config, task, weights, () => weights.dispose());
  } catch (error) {
    weights.dispose();
    throw error;
  }
}

/**
 * A model over weights of another, looked up by the name they have in this one; to dispose of it disposes of none.
 * @param adapter what adapts its layers; left out: nothing does
 */
export function shareModel(
  config: ModelConfig,
  task: TaskShape,
  find: (name: string) => Variable | undefined,
  adapter?: WeightRegistry['adapter'],
): Model {
  const weights = new SharedWeights(find, adapter);
  return assemble(config, task, weights, () => {});
}

function assemble(
  config: ModelConfig,
  task: TaskShape,
  weights: Weights | SharedWeights,
  dispose: () => void,
): Model {
  const {
    hiddenShapes: _,
    namedShapes: __,
    ...network
  } = constructionOf(config).network(config, task, weights);
  const { parameters, buffers } = weights;
  return { config, task, parameters, buffers, ...network, dispose };
}

/**
 * Names and shapes of the weights a model would have, without making any: for checks and for sizes.
 * @throws UserError if configuration and task do not go together.
 */
export function planModel(config: ModelConfig, task: TaskShape): ModelPlan {
  const plan = new WeightPlan();
  const { layerCount, hiddenShapes, namedShapes, apart } = constructionOf(config).network(config, task, plan);
  let parameterCount = apart?.parameters ?? 0;
  for (const shape of plan.parameters.values())
    parameterCount += shape.reduce((product, size) => product * size, 1);
  return {
    layerCount,
    hiddenShapes,
    ...(namedShapes && { namedShapes }),
    parameterCount,
    parameters: plan.parameters,
    buffers: plan.buffers,
    dense: plan.dense,
  };
}

export interface ModelPlan {
  readonly layerCount: number;
  /** Shapes of the hidden states without the batch axis; the length of a text is the longest it takes. */
  readonly hiddenShapes: readonly (readonly number[])[];
  /** The same of values that were asked for by name. */
  readonly namedShapes?: ReadonlyMap<string, readonly number[]>;
  readonly parameterCount: number;
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  readonly buffers: ReadonlyMap<string, readonly number[]>;
  /** Layers that multiply by a matrix, by name; an ONNX graph tells none. */
  readonly dense: ReadonlyMap<string, DenseLayer>;
}
