import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import type { HiddenShapes } from '../strategies/hidden-shapes.ts';

/** Shapes of a model's hidden states without the batch axis, from its configuration alone. */
export function plannedShapes(config: ModelConfig, task: TaskShape): HiddenShapes {
  const [height, width, channels] = task.image!;
  switch (config.architecture) {
    case 'mlp':
      return [[height * width * channels], ...config.hidden.map((units) => [units])];
    case 'cnn': {
      const stages = config.channels.map((count, index) => [
        Math.floor(height / 2 ** (index + 1)),
        Math.floor(width / 2 ** (index + 1)),
        count,
      ]);
      return [[height, width, channels], ...stages, ...(config.dense === undefined ? [] : [[config.dense]])];
    }
  }
}
