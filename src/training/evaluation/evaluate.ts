import { heed, type StopRequested } from '../../base/interruption.ts';
import { batchCount, batches, inOrder } from '../../data/batches.ts';
import type { Split } from '../../data/dataset.ts';
import type { Device } from '../../device/device.ts';
import type { Model } from '../../models/model.ts';
import { deviceFor } from '../apart-device.ts';
import { breathe } from '../breathe.ts';
import { evaluationOf } from '../tasks/all.ts';
import type { Examination } from '../tasks/task-evaluation.ts';
import { forwardBatchSize } from './forward-batch.ts';
import type { Quality } from './quality.ts';

export interface EvaluateOptions {
  readonly stopRequested?: StopRequested;
  readonly onProgress?: (done: number, total: number) => void;
  /** Whether what is answered to each sample is kept. */
  readonly keep?: boolean;
}

/** Runs a model over whole splits without training it: no dropout, running statistics as they are. */
export class Evaluator {
  readonly #model: Model;
  readonly #examination: Examination;

  constructor(device: Device, model: Model) {
    this.#model = model;
    this.#examination = evaluationOf(model.task).examine(deviceFor(device, model), model);
  }

  /** Samples that pad the last batch count in nothing. @throws Interruption */
  async evaluate(split: Split, { stopRequested, onProgress, keep }: EvaluateOptions = {}): Promise<Quality> {
    const answers = this.#examination.begin(keep ? split.size : undefined);
    const batchSize = forwardBatchSize(this.#model.task, split);
    const total = batchCount(split.size, batchSize);
    let done = 0;
    for (const batch of batches(split, inOrder(split), batchSize)) {
      if (stopRequested) heed(stopRequested);
      await answers.add(batch);
      onProgress?.(++done, total);
      await breathe();
    }
    return answers.metrics;
  }

  dispose(): void {
    this.#examination.step.dispose();
  }
}
