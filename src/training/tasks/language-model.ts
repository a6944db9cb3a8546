import { tf } from '../../device/tensorflow.ts';
import { crossEntropyRows } from '../../strategies/losses/cross-entropy.ts';
import { flatLogits } from '../../strategies/losses/rows.ts';
import { stepTotals } from '../../strategies/step-totals.ts';
import type { StepTotals } from '../../strategies/strategy.ts';
import { nextTokens } from '../../strategies/tasks/language-model.ts';
import { LanguageMetrics } from '../evaluation/language-metrics.ts';
import { batchInputs, modelInput, prefixed, strategyBatch, unprefixed } from '../inputs.ts';
import { languageModelAtChance } from './chance-of-tokens.ts';
import { meanProbabilities } from './mean-probabilities.ts';
import type { TaskEvaluation } from './task-evaluation.ts';

/** The next token at every position. */
export const languageModel: TaskEvaluation = {
  examine(device, model) {
    // The logits of a whole vocabulary stay on the device.
    const step = device.compile((inputs) => {
      const logits = flatLogits(model.forward(modelInput(inputs), { training: false }).logits);
      const totals = unprefixed('totals', inputs) as unknown as StepTotals;
      const { labels, labelWeights } = nextTokens(strategyBatch(inputs), totals);
      return {
        losses: crossEntropyRows(logits, labels),
        predicted: tf.argMax(logits, 1),
        confidences: tf.exp(tf.sub(tf.max(logits, 1), tf.logSumExp(logits, 1))),
        targets: labels,
        counts: labelWeights,
      };
    });
    return {
      step,
      begin(keep) {
        const metrics = new LanguageMetrics(keep !== undefined);
        return {
          metrics,
          async add(batch) {
            const { losses, predicted, confidences, targets, counts } = await step.run({
              ...batchInputs(batch),
              ...prefixed('totals', stepTotals([batch], model.task)),
            });
            for (let row = 0; row < losses.length; row++)
              if (counts[row]! > 0)
                metrics.add(predicted[row]!, targets[row]!, losses[row]!, confidences[row]!);
            if (keep === undefined) return;
            const length = batch.labels.shape[1]!;
            for (let sample = 0; sample < batch.sampleIds.length; sample++) {
              const counted: number[] = [];
              for (let row = sample * length; row < (sample + 1) * length; row++)
                if (counts[row]! > 0) counted.push(losses[row]!);
              metrics.addText(
                batch.sampleIds[sample]!,
                counted.reduce((sum, loss) => sum + loss, 0) / counted.length,
              );
            }
          },
        };
      },
    };
  },
  noBetterThanChance: languageModelAtChance,
  together: meanProbabilities,
};
