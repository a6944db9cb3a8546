import type { TaskShape } from '../data/dataset.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { createModel } from './create-model.ts';
import type { Model } from './model.ts';
import { freshWeights } from './weights.ts';

/**
 * A model from scratch, its weights drawn from `generator`.
 * @throws UserError if configuration and task do not go together.
 */
export function buildModel(config: ModelConfig, task: TaskShape, generator: RandomGenerator): Model {
  return createModel(config, task, freshWeights(generator));
}
