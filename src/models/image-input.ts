import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';

/** [height, width, channels] of the images a model is to classify. */
export function imageSize(
  config: { readonly architecture: string },
  task: TaskShape,
): readonly [number, number, number] {
  if (task.image) return task.image;
  throw new UserError(
    `A model of architecture "${config.architecture}" classifies images, and this dataset has none.`,
    {
      remedy: 'Choose a dataset of images, or a model for text.',
    },
  );
}
