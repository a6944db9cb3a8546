import type { TaskShape } from '../data/dataset.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { createModel } from './create-model.ts';
import type { Model } from './model.ts';
import { drawnLike } from './onnx/drawn-weights.ts';
import { freshWeights } from './weights.ts';

/**
 * A model from scratch, its weights drawn from `generator`; of a graph as its own weights are spread.
 * @throws UserError if configuration and task do not go together, or the model is a graph that cannot be trained
 */
export function buildModel(config: ModelConfig, task: TaskShape, generator: RandomGenerator): Model {
  return createModel(
    config,
    task,
    isGraphConfig(config) ? drawnLike(config, generator) : freshWeights(generator),
  );
}
