import type { TaskShape } from '../../data/dataset.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { planModel } from '../../models/create-model.ts';
import { type HiddenShapes, withNamed } from '../../strategies/hidden-shapes.ts';

/** Shapes of a model's hidden states without the batch axis, from its configuration alone. */
export function plannedShapes(config: ModelConfig, task: TaskShape): HiddenShapes {
  const { hiddenShapes, namedShapes } = planModel(config, task);
  return withNamed(hiddenShapes, namedShapes);
}
