import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { ignoredLabel } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import { atLeastOne } from '../losses/rows.ts';
import { choices } from './choices.ts';
import type { TaskLearning } from './task-learning.ts';

/** Weights may come to little in a step; this keeps one without any label from 0/0. */
const leastWeight = 1e-12;

/** One class a sample: labels lie as (batch). A weighted mean is divided by its weights, as in PyTorch's cross_entropy. */
export const classification: TaskLearning = {
  targets({ data }, sample, classWeights) {
    const label = data[sample]!;
    return label === ignoredLabel ? 0 : (classWeights?.[label] ?? 1);
  },
  rows({ labels, weights }, totals, classWeights) {
    const own = choices(labels, weights);
    const shared = { ...own, weights: weights as Tensor1D, total: atLeastOne(totals.samples) };
    if (!classWeights) return { ...shared, labelTotal: atLeastOne(totals.targets) };
    const ofLabels = tf.gather(tf.tensor1d([...classWeights]), own.labels);
    return {
      ...shared,
      labelWeights: tf.mul(own.labelWeights, ofLabels),
      labelTotal: tf.maximum<Scalar>(totals.targets, leastWeight),
    };
  },
};
