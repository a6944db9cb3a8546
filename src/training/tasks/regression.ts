import { tf } from '../../device/tensorflow.ts';
import { RegressionMetrics, varianceOf } from '../evaluation/regression-metrics.ts';
import { modelInput, prefixed } from '../inputs.ts';
import type { TaskEvaluation } from './task-evaluation.ts';

const written = (value: number) => Number(value.toPrecision(4)).toString();

/** One number a sample. */
export const regression: TaskEvaluation = {
  examine(device, model) {
    const step = device.compile((inputs) => ({
      answers: model.forward(modelInput(inputs), { training: false }).logits,
    }));
    return {
      step,
      begin() {
        const metrics = new RegressionMetrics();
        return {
          metrics,
          async add({ input, labels, sampleIds }) {
            const { answers } = await step.run(prefixed('input', input));
            for (let row = 0; row < sampleIds.length; row++) metrics.add(answers[row]!, labels.data[row]!);
          },
        };
      },
    };
  },
  noBetterThanChance(who, { loss, targets }) {
    if (!targets || targets.length === 0) return undefined;
    const blind = varianceOf(targets);
    if (blind === 0 || !(loss >= blind)) return undefined;
    return `${who} has a mean squared error of ${written(loss)} on the ${targets.length.toLocaleString('en-US')} test samples, which is no better than always answering their mean (${written(blind)}).`;
  },
  together: (answers) => tf.div(tf.addN([...answers]), answers.length),
};
