import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import { isGraphConfig } from '../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { createModel } from './create-model.ts';
import type { Model } from './model.ts';
import { freshWeights } from './weights.ts';

/**
 * A model from scratch, its weights drawn from `generator`.
 * @throws UserError if configuration and task do not go together, or the model is a graph, which says nothing of how its
 * weights are drawn.
 */
export function buildModel(config: ModelConfig, task: TaskShape, generator: RandomGenerator): Model {
  const refusal = freshRefusal(config);
  if (refusal) throw refusal;
  return createModel(config, task, freshWeights(generator));
}

/** Why no model like this begins from scratch; undefined where nothing stands against it. */
export function freshRefusal(config: ModelConfig): UserError | undefined {
  if (!isGraphConfig(config)) return undefined;
  return new UserError(
    'A model that came as an ONNX graph cannot begin from scratch: nothing says how its weights are drawn.',
    {
      remedy: 'Describe the model by an "architecture", or choose a strategy that trains one student only.',
    },
  );
}
