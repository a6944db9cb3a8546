import type { Scalar } from '@tensorflow/tfjs-core';
import { classesToKeep } from '../../answers/kept-answers.ts';
import { tf } from '../../device/tensorflow.ts';
import { ClassificationMetrics } from '../evaluation/classification-metrics.ts';
import { modelInput, prefixed } from '../inputs.ts';
import { classifierAtChance } from './chance-of-classes.ts';
import { meanProbabilities } from './mean-probabilities.ts';
import type { TaskEvaluation } from './task-evaluation.ts';

/** One class a sample. */
export const classification: TaskEvaluation = {
  examine(device, model) {
    const { classes } = model.task;
    const step = device.compile((inputs) => ({
      logits: model.forward(modelInput(inputs), { training: false }).logits,
    }));
    return {
      step,
      begin(keep) {
        const kept = keep === undefined ? undefined : classesToKeep(classes, keep);
        const metrics = new ClassificationMetrics(classes, kept);
        return {
          metrics,
          async add({ input, labels, sampleIds }) {
            const logits = (await step.run(prefixed('input', input))).logits as Float32Array;
            for (let row = 0; row < sampleIds.length; row++)
              metrics.add(
                logits.subarray(row * classes, (row + 1) * classes),
                labels.data[row]!,
                sampleIds[row]!,
              );
          },
        };
      },
    };
  },
  noBetterThanChance: classifierAtChance,
  together: meanProbabilities,
  accuracy(logits, { labels, weights }, totals) {
    const correct = tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32');
    return tf.div(tf.sum(tf.mul(correct, weights)), tf.maximum(totals.labelled, 1)) as Scalar;
  },
};
