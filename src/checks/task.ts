import type { TaskShape } from '../data/dataset.ts';
import { readerOf } from '../data/datasets/all.ts';
import type { CheckContext } from './context.ts';

export interface AskedTask {
  readonly task: TaskShape;
  /** False where classes and vocabulary are not known before the data is read; shapes of hidden states are. */
  readonly exact: boolean;
}

/** What the dataset asks of a model, as far as it could be read. */
export function taskOf({ dataset, experiment }: CheckContext): AskedTask | undefined {
  if (dataset) return { task: dataset.task, exact: true };
  const task = readerOf(experiment.dataset).assumedTask?.(experiment.dataset);
  return task && { task, exact: false };
}
