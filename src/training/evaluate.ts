import { batchCount, batches, inOrder } from '../data/batches.ts';
import type { Split } from '../data/dataset.ts';
import type { CompiledStep, Device } from '../device/device.ts';
import type { Model } from '../models/model.ts';
import { breathe } from './breathe.ts';
import { ClassificationMetrics } from './classification-metrics.ts';
import { modelInput, prefixed } from './inputs.ts';
import { heed, type StopRequested } from './interruption.ts';

const largestBatch = 256;

export interface EvaluateOptions {
  readonly stopRequested?: StopRequested;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Runs a model over whole splits without training it: no dropout, running statistics as they are. */
export class Evaluator {
  readonly #model: Model;
  readonly #step: CompiledStep<'logits'>;

  constructor(device: Device, model: Model) {
    this.#model = model;
    this.#step = device.compile((inputs) => ({
      logits: model.forward(modelInput(inputs), { training: false }).logits,
    }));
  }

  /** Samples that pad the last batch count in nothing. @throws Interruption */
  async evaluate(split: Split, options: EvaluateOptions = {}): Promise<ClassificationMetrics> {
    const { classes } = this.#model.task;
    const metrics = new ClassificationMetrics(classes);
    const batchSize = Math.min(largestBatch, split.size);
    const total = batchCount(split.size, batchSize);
    let done = 0;
    for (const batch of batches(split, inOrder(split), batchSize)) {
      if (options.stopRequested) heed(options.stopRequested);
      const { logits } = await this.#step.run(prefixed('input', batch.input));
      for (let row = 0; row < batch.sampleIds.length; row++)
        metrics.add(
          (logits as Float32Array).subarray(row * classes, (row + 1) * classes),
          batch.labels.data[row]!,
        );
      options.onProgress?.(++done, total);
      await breathe();
    }
    return metrics;
  }

  dispose(): void {
    this.#step.dispose();
  }
}
