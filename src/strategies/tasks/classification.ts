import type { Tensor1D } from '@tensorflow/tfjs-core';
import { ignoredLabel } from '../../data/dataset.ts';
import { atLeastOne } from '../losses/rows.ts';
import { choices } from './choices.ts';
import type { TaskLearning } from './task-learning.ts';

/** One class a sample: labels lie as (batch). */
export const classification: TaskLearning = {
  targets: ({ data }, sample) => (data[sample] === ignoredLabel ? 0 : 1),
  rows: ({ labels, weights }, totals) => ({
    ...choices(labels, weights),
    weights: weights as Tensor1D,
    labelTotal: atLeastOne(totals.targets),
    total: atLeastOne(totals.samples),
  }),
};
