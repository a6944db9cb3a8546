import type { Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { bert } from './bert.ts';
import { cnn } from './cnn.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import { mlp } from './mlp.ts';
import type { Model } from './model.ts';
import type { Network } from './network.ts';
import { resnet } from './resnet.ts';
import { SharedWeights, WeightPlan, type WeightRegistry, type WeightSource, Weights } from './weights.ts';

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
 */
export function shareModel(
  config: ModelConfig,
  task: TaskShape,
  find: (name: string) => Variable | undefined,
): Model {
  const weights = new SharedWeights(find);
  return assemble(config, task, weights, () => {});
}

function assemble(
  config: ModelConfig,
  task: TaskShape,
  weights: Weights | SharedWeights,
  dispose: () => void,
): Model {
  const { layerCount, forward, pool } = network(config, task, weights);
  const { parameters, buffers } = weights;
  return { config, task, layerCount, parameters, buffers, forward, pool, dispose };
}

/**
 * Names and shapes of the weights a model would have, without making any: for checks and for sizes.
 * @throws UserError if configuration and task do not go together.
 */
export function planModel(config: ModelConfig, task: TaskShape): ModelPlan {
  const plan = new WeightPlan();
  const { layerCount, hiddenShapes } = network(config, task, plan);
  let parameterCount = 0;
  for (const shape of plan.parameters.values())
    parameterCount += shape.reduce((product, size) => product * size, 1);
  return { layerCount, hiddenShapes, parameterCount, parameters: plan.parameters, buffers: plan.buffers };
}

export interface ModelPlan {
  readonly layerCount: number;
  /** Shapes of the hidden states without the batch axis; the length of a text is the longest it takes. */
  readonly hiddenShapes: readonly (readonly number[])[];
  readonly parameterCount: number;
  readonly parameters: ReadonlyMap<string, readonly number[]>;
  readonly buffers: ReadonlyMap<string, readonly number[]>;
}

function network(config: ModelConfig, task: TaskShape, weights: WeightRegistry): Network {
  switch (config.architecture) {
    case 'mlp':
      return mlp(config, task, weights);
    case 'cnn':
      return cnn(config, task, weights);
    case 'resnet':
      return resnet(config, task, weights);
    case 'bert':
      return bert(config, task, weights);
    case 'gpt2':
      return gpt2(config, task, weights);
    case 'llama':
      return llama(config, task, weights);
  }
}
