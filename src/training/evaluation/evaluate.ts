import { heed, type StopRequested } from '../../base/interruption.ts';
import { batchCount, batches, inOrder } from '../../data/batches.ts';
import type { HostBatch, Split } from '../../data/dataset.ts';
import type { CompiledStep, Device } from '../../device/device.ts';
import { tf } from '../../device/tensorflow.ts';
import type { Model } from '../../models/model.ts';
import { crossEntropyRows } from '../../strategies/losses/cross-entropy.ts';
import { flatLogits, rowsOf } from '../../strategies/losses/rows.ts';
import { stepTotals } from '../../strategies/step-totals.ts';
import type { StepTotals } from '../../strategies/strategy.ts';
import { breathe } from '../breathe.ts';
import { batchInputs, modelInput, prefixed, strategyBatch, unprefixed } from '../inputs.ts';
import { ClassificationMetrics } from './classification-metrics.ts';
import { forwardBatchSize } from './forward-batch.ts';
import { LanguageMetrics } from './language-metrics.ts';
import type { Quality } from './quality.ts';

export interface EvaluateOptions {
  readonly stopRequested?: StopRequested;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Answers of a model to one batch at a time, gathered into figures. */
interface Answers {
  readonly metrics: Quality;
  add(batch: HostBatch): Promise<void>;
}

/** Runs a model over whole splits without training it: no dropout, running statistics as they are. */
export class Evaluator {
  readonly #model: Model;
  readonly #step: CompiledStep<string>;
  readonly #answers: () => Answers;

  constructor(device: Device, model: Model) {
    this.#model = model;
    if (model.task.text?.goal === 'language-model') {
      const step = languageStep(device, model);
      this.#step = step;
      this.#answers = () => languageAnswers(step);
    } else {
      const step = classifierStep(device, model);
      this.#step = step;
      this.#answers = () => classifierAnswers(step, model.task.classes);
    }
  }

  /** Samples that pad the last batch count in nothing. @throws Interruption */
  async evaluate(split: Split, { stopRequested, onProgress }: EvaluateOptions = {}): Promise<Quality> {
    const answers = this.#answers();
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
    this.#step.dispose();
  }
}

const classifierStep = (device: Device, model: Model): CompiledStep<'logits'> =>
  device.compile((inputs) => ({
    logits: model.forward(modelInput(inputs), { training: false }).logits,
  }));

function classifierAnswers(step: CompiledStep<'logits'>, classes: number): Answers {
  const metrics = new ClassificationMetrics(classes);
  return {
    metrics,
    async add({ input, labels, sampleIds }) {
      const { logits } = await step.run(prefixed('input', input));
      for (let row = 0; row < sampleIds.length; row++)
        metrics.add((logits as Float32Array).subarray(row * classes, (row + 1) * classes), labels.data[row]!);
    },
  };
}

type LanguageOutput = 'losses' | 'predicted' | 'confidences' | 'targets' | 'counts';

/** The logits of a whole vocabulary stay on the device. */
const languageStep = (device: Device, model: Model): CompiledStep<LanguageOutput> =>
  device.compile((inputs) => {
    const logits = flatLogits(model.forward(modelInput(inputs), { training: false }).logits);
    const totals = unprefixed('totals', inputs) as unknown as StepTotals;
    const { labels, labelWeights } = rowsOf(strategyBatch(inputs), totals);
    return {
      losses: crossEntropyRows(logits, labels),
      predicted: tf.argMax(logits, 1),
      confidences: tf.exp(tf.sub(tf.max(logits, 1), tf.logSumExp(logits, 1))),
      targets: labels,
      counts: labelWeights,
    };
  });

function languageAnswers(step: CompiledStep<LanguageOutput>): Answers {
  const metrics = new LanguageMetrics();
  return {
    metrics,
    async add(batch) {
      const { losses, predicted, confidences, targets, counts } = await step.run({
        ...batchInputs(batch),
        ...prefixed('totals', stepTotals([batch])),
      });
      for (let row = 0; row < losses.length; row++)
        if (counts[row]! > 0) metrics.add(predicted[row]!, targets[row]!, losses[row]!, confidences[row]!);
    },
  };
}
