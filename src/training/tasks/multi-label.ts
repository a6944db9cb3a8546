import { tf } from '../../device/tensorflow.ts';
import { MultiLabelMetrics } from '../evaluation/multi-label-metrics.ts';
import { modelInput, prefixed } from '../inputs.ts';
import type { TaskEvaluation } from './task-evaluation.ts';

/** Probabilities nearer to 0 or 1 have no logit that 32 bits hold well. */
const nearest = 1e-7;

/** A yes or no to each of several labels. */
export const multiLabel: TaskEvaluation = {
  examine(device, model) {
    const { classes } = model.task;
    const step = device.compile((inputs) => ({
      logits: model.forward(modelInput(inputs), { training: false }).logits,
    }));
    return {
      step,
      begin() {
        const metrics = new MultiLabelMetrics(classes);
        return {
          metrics,
          async add({ input, labels, sampleIds }) {
            const { logits } = await step.run(prefixed('input', input));
            const row = <T extends { subarray(start: number, end: number): T }>(values: T, at: number) =>
              values.subarray(at * classes, (at + 1) * classes);
            for (let at = 0; at < sampleIds.length; at++)
              metrics.add(row(logits as Float32Array, at), row(labels.data as Float32Array, at));
          },
        };
      },
    };
  },
  noBetterThanChance(who, { loss, chanceLoss, predictions }) {
    if (!chanceLoss || !(loss >= chanceLoss)) return undefined;
    return `${who} says yes or no to labels with a cross-entropy of ${loss.toFixed(3)} nats on the ${predictions.length.toLocaleString('en-US')} test samples, which is no better than knowing only how frequent each label is (${chanceLoss.toFixed(3)} nats).`;
  },
  /** Logits of the mean of the probabilities. */
  together(logits) {
    const mean = tf.div(tf.addN(logits.map((own) => tf.sigmoid(own))), logits.length);
    const p = tf.clipByValue(mean, nearest, 1 - nearest);
    return tf.log(tf.div(p, tf.sub(1, p)));
  },
};
