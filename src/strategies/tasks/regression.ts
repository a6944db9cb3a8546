import type { Tensor1D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { atLeastOne } from '../losses/rows.ts';
import { squaredErrors } from '../losses/squared-errors.ts';
import type { TaskLearning } from './task-learning.ts';

/**
 * One number a sample: labels lie as (batch) float32. An answer costs the square of its distance from the label, and from
 * the teacher's answer where it learns from that (Chen et al. 2017, without their bound); no temperature softens a number.
 */
export const regression: TaskLearning = {
  targets: () => 1,
  rows: ({ labels, weights }, totals) => {
    const total = atLeastOne(totals.samples);
    return {
      labelWeights: weights as Tensor1D,
      weights: weights as Tensor1D,
      labelTotal: total,
      total,
      softens: false,
      labelLosses: (answers) => squaredErrors(answers, tf.reshape(labels, [-1, 1])),
      answerLosses: (teacher, student) => squaredErrors(student, teacher),
    };
  },
};
