import type { TaskShape, TextShape } from '../data/dataset.ts';
import type { DatasetConfig } from '../experiment/schema/schema.ts';
import type { CheckContext } from './context.ts';

export interface AskedTask {
  readonly task: TaskShape;
  /** False where classes and vocabulary are not known before the data is read; shapes of hidden states are. */
  readonly exact: boolean;
}

/** What the dataset asks of a model, as far as it could be read. */
export function taskOf({ dataset, experiment }: CheckContext): AskedTask | undefined {
  if (dataset) return { task: dataset.task, exact: true };
  const task = assumedTask(experiment.dataset);
  return task && { task, exact: false };
}

function assumedTask(config: DatasetConfig): TaskShape | undefined {
  const text = (goal: TextShape['goal'], length: number) => ({
    classes: 2,
    text: { goal, vocabulary: 2, length, padId: 0 },
  });
  switch (config.kind) {
    case 'mnist':
    case 'idx':
      return undefined;
    case 'cifar':
      return { classes: 2, image: [32, 32, 3] };
    case 'image-folder':
      if (config.height === undefined || config.width === undefined) return undefined;
      return { classes: 2, image: [config.height, config.width, config.colour === 'rgb' ? 3 : 1] };
    case 'text-classification':
    case 'spam-assassin':
      return text('classification', config.maxLength);
    case 'language-model':
    case 'moby-dick':
      return text('language-model', config.length);
  }
}
