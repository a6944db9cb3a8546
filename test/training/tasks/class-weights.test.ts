import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../../src/base/user-error.ts';
import type { HostBatch, Split } from '../../../src/data/dataset.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { weightedMean } from '../../../src/strategies/losses/rows.ts';
import { stepTotals } from '../../../src/strategies/step-totals.ts';
import { learningOf } from '../../../src/strategies/tasks/all.ts';
import { classWeightsOf } from '../../../src/training/class-weights.ts';
import { data, trainSmall } from '../small-training.ts';
import { close, golden, lossIs } from './golden.ts';

const { logits, labels, weights, hard } = golden.classWeights as {
  logits: number[][];
  labels: number[];
  weights: number[];
  hard: { value: number; gradients: number[][][] };
};
const names = ['a', 'b', 'c'];

/** Samples of these classes, and nothing else. */
const splitOf = (classes: readonly number[]): Split => ({
  name: 'train',
  size: classes.length,
  batch: (positions, batchSize) =>
    batchOf(
      Array.from(positions, (at) => classes[at]!),
      batchSize,
    ),
});

function batchOf(classes: readonly number[], batchSize = classes.length): HostBatch {
  const fill = Array.from({ length: batchSize }, (_, row) => classes[row % classes.length]!);
  return {
    input: {},
    labels: { data: Int32Array.from(fill), shape: [batchSize], dtype: 'int32' },
    weights: {
      data: Float32Array.from(fill, (_, row) => (row < classes.length ? 1 : 0)),
      shape: [batchSize],
      dtype: 'float32',
    },
    sampleIds: Int32Array.from(classes.keys()),
  };
}

describe('weights of classes', () => {
  before(() => tf.setBackend('cpu'));

  test('"balanced" gives the weights of scikit-learn, whatever fills the last batch; names give their own', () => {
    const balanced = classWeightsOf({ classWeights: 'balanced' }, splitOf(labels), names)!;
    for (const [at, weight] of balanced.entries()) close(weight, weights[at]!, names[at]!);
    assert.deepEqual(classWeightsOf({ classWeights: { b: 5 } }, splitOf(labels), names), [1, 5, 1]);
    assert.equal(classWeightsOf({ classWeights: null }, splitOf(labels), names), undefined);
    assert.throws(
      () => classWeightsOf({ classWeights: { d: 5 } }, splitOf(labels), names),
      (error) =>
        error instanceof UserError &&
        /a weight for "d", which is none of the classes "a", "b", "c"/.test(error.message),
    );
  });

  test('loss and gradient are those of cross_entropy with weights, in one batch and in accumulated ones', () => {
    const z = tf.tensor2d(logits);
    const loss = (parts: readonly number[][]) => (own: Tensor2D) => {
      const batches = parts.map((part) =>
        batchOf(
          part.map((at) => labels[at]!),
          4,
        ),
      );
      const totals = Object.fromEntries(
        Object.entries(stepTotals(batches, {}, weights)).map(
          ([
            name,
            {
              data: [value],
            },
          ]) => [name, tf.scalar(value!)],
        ),
      ) as never;
      return tf.addN(
        parts.map((part, index) => {
          const { labels: raw, weights: real } = batches[index]!;
          const batch = {
            input: {},
            labels: tf.tensor1d([...raw.data], 'int32'),
            weights: tf.tensor1d([...real.data]),
          };
          const rows = learningOf({}).rows(batch, totals, weights);
          const filled = Array.from({ length: 4 }, (_, row) => part[row % part.length]!);
          const answers = tf.gather(own, tf.tensor1d(filled, 'int32'));
          return weightedMean(rows.labelLosses(answers as Tensor2D, 0), rows.labelWeights, rows.labelTotal);
        }),
      );
    };
    for (const parts of [
      [
        [0, 1, 2, 3],
        [4, 5, 6],
      ],
      [[6, 5], [4], [3, 2, 1, 0]],
    ])
      lossIs(tf.valueAndGrad((own) => loss(parts)(own as Tensor2D))(z), hard, `${parts.length} batches`);
  });
});

test('weights change what is learned, and equal ones change nothing', async () => {
  const classNames = data.classNames;
  const weigh = (classWeights: Record<string, number> | null) =>
    trainSmall({ config: { classWeights }, more: { classNames } });
  const plain = await weigh(null);
  const equal = await weigh(Object.fromEntries(classNames.map((name) => [name, 1])));
  const skewed = await weigh({ [classNames[0]!]: 20 });
  assert.deepEqual(equal.weights, plain.weights);
  assert.notDeepEqual(skewed.weights, plain.weights);
});
