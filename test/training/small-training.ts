import { join } from 'node:path';
import type { Dataset } from '../../src/data/dataset.ts';
import type { TrainingConfig } from '../../src/experiment/schema/schema.ts';
import type { Model } from '../../src/models/model.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { Evaluator } from '../../src/training/evaluation/evaluate.ts';
import { withoutTeacher } from '../../src/training/teacher/teacher-source.ts';
import { type TrainOptions, type TrainOutcome, train } from '../../src/training/train-loop.ts';
import {
  attachDirect,
  brightRows,
  openTestDevice,
  smallModel,
  temporaryDirectory,
  trainingConfig,
  valuesOf,
} from './support.ts';

// Opened by the first that trains: what is awaited while modules are loaded may come before the backend's own.
let opened: ReturnType<typeof openTestDevice> | undefined;

/** What it learns where nothing else is said. */
export const data = brightRows({ train: 75 });

interface Setting {
  dataset?: Dataset;
  config?: Partial<TrainingConfig>;
  directory?: string;
  dropout?: number;
  /** In place of the usual one; it is disposed of. */
  model?: Model;
  more?: Partial<TrainOptions>;
}

/** Trains a small student and says what became of it. */
export async function trainSmall({
  dataset = data,
  config = {},
  directory,
  dropout = 0,
  model,
  more = {},
}: Setting): Promise<{
  outcome?: TrainOutcome;
  error?: unknown;
  weights: Record<string, number[]>;
  buffers: Record<string, number[]>;
  accuracy: number;
}> {
  opened ??= openTestDevice();
  const device = await opened;
  const student = model ?? smallModel(dataset, { dropout });
  const strategy = attachDirect(student);
  const evaluator = new Evaluator(device, student);
  try {
    const outcome = await train({
      device,
      student,
      strategy,
      teacher: withoutTeacher,
      train: dataset.train,
      validation: dataset.validation,
      config: trainingConfig({ epochs: 2, batchSize: 16, learningRate: 0.02, ...config }),
      seed: 3,
      checkpoints: new Checkpoints(join(directory ?? temporaryDirectory(), 'checkpoints')),
      identity: 'test',
      ...more,
    }).catch((error: unknown) => ({ error }));
    const { accuracy } = await evaluator.evaluate(dataset.test);
    const weights = valuesOf(student.parameters);
    const all = { weights, buffers: valuesOf(student.buffers), accuracy };
    return 'error' in outcome ? { ...outcome, ...all } : { outcome, ...all };
  } finally {
    evaluator.dispose();
    student.dispose();
  }
}
