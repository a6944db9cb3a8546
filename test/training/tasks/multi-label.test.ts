import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { distillationLoss } from '../../../src/strategies/losses/distillation-kl.ts';
import { weightedMean } from '../../../src/strategies/losses/rows.ts';
import { MultiLabelMetrics } from '../../../src/training/evaluation/multi-label-metrics.ts';
import { agreement } from '../../../src/training/evaluation/quality.ts';
import { evaluationOf } from '../../../src/training/tasks/all.ts';
import { close, golden, lossIs, rowsOf } from './golden.ts';

const task = { kind: 'text-multi-label' } as const;

interface Case {
  logits: number[][];
  labels: number[][];
  loss: number;
  accuracy: number;
  macroF1: number;
  scores: Record<string, number>;
}

function metricsOf({ logits, labels }: Pick<Case, 'logits' | 'labels'>): MultiLabelMetrics {
  const metrics = new MultiLabelMetrics(logits[0]!.length);
  for (const [at, row] of logits.entries()) metrics.add(row, labels[at]!);
  return metrics;
}

describe('several labels at once', () => {
  before(() => tf.setBackend('cpu'));

  test('scores are those of scikit-learn, equal logits and labels that nothing has included', () => {
    for (const one of golden.multiLabel.metrics as Case[]) {
      const metrics = metricsOf(one);
      for (const [name, value] of Object.entries(one.scores))
        close(metrics.scores![name as 'microF1']!, value, name);
      for (const name of ['loss', 'accuracy', 'macroF1'] as const) close(metrics[name], one[name], name);
    }
  });

  test('losses and gradients are those of PyTorch, beside labels, smoothed ones, and a softened teacher', () => {
    const { student, teacher, labels, hard, smooth, soft } = golden.multiLabel.losses;
    const z = tf.tensor2d(student);
    const rows = rowsOf(task, tf.tensor2d(labels), 5);
    const beside = (smoothing: number) =>
      tf.valueAndGrad((own) =>
        weightedMean(rows.labelLosses(own as Tensor2D, smoothing), rows.labelWeights, rows.labelTotal),
      )(z);
    lossIs(beside(0), hard, 'hard');
    lossIs(beside(0.2), smooth, 'smooth');
    lossIs(tf.valueAndGrad((own) => distillationLoss(tf.tensor2d(teacher), own, 3, rows))(z), soft, 'soft');
  });

  test('large logits, and a teacher that forbids a label, make no NaN', () => {
    const rows = rowsOf(task, tf.tensor2d([[1, 0, 1]]), 1);
    const z = tf.tensor2d([[500, -500, 0]]);
    const teacher = tf.tensor2d([[Number.NEGATIVE_INFINITY, 1e30, 3]]);
    for (const values of [rows.labelLosses(z, 0), rows.answerLosses(teacher, z, 2)])
      for (const value of values.dataSync()) assert.ok(Number.isFinite(value));
  });

  test('two models agree on a sample where they give it the same set of labels', () => {
    const one = metricsOf({
      logits: [
        [1, -1],
        [1, 1],
        [-1, -1],
      ],
      labels: [
        [1, 0],
        [1, 0],
        [0, 0],
      ],
    });
    const other = metricsOf({
      logits: [
        [2, -2],
        [1, -1],
        [-3, -1],
      ],
      labels: [
        [1, 0],
        [1, 0],
        [0, 0],
      ],
    });
    close(agreement(one, other)!, 2 / 3, 'agreement');
    const many = (label: number) =>
      metricsOf({
        logits: [Array.from({ length: 200 }, (_, at) => (at === label ? 1 : -1))],
        labels: [Array(200).fill(0)],
      });
    for (let label = 1; label < 200; label++) assert.equal(agreement(many(label), many(label - 1)), 0);
    const broken = metricsOf({ logits: [[1, Number.NaN]], labels: [[1, 0]] });
    assert.equal(broken.unanswered, 1);
    for (const value of [...Object.values(broken.scores!), broken.loss, broken.accuracy, broken.macroF1])
      assert.ok(Number.isNaN(value));
  });

  test('a model at chance is one that the frequencies of the labels equal', () => {
    const labels = [
      [1, 0],
      [1, 0],
      [0, 0],
      [0, 1],
    ];
    const chance = (logits: number[][]) =>
      evaluationOf(task).noBetterThanChance('The teacher', metricsOf({ logits, labels }), undefined as never);
    assert.match(
      chance(labels.map(() => [0, Math.log(1 / 3)]))!,
      /no better than knowing only how frequent each label is/,
    );
    assert.match(chance(labels.map(() => [-3, 3]))!, /The teacher says yes or no/);
    assert.equal(chance(labels.map((row) => row.map((one) => (one ? 2 : -2)))), undefined);
  });

  test('models answer together by the mean of their probabilities', () => {
    const together = evaluationOf(task).together([tf.tensor2d([[0, 2]]), tf.tensor2d([[1, -2]])]);
    const p = (z: number) => 1 / (1 + Math.exp(-z));
    const expected = [(p(0) + p(1)) / 2, 0.5];
    for (const [at, value] of [...tf.sigmoid(together).dataSync()].entries())
      close(value, expected[at]!, 'probability', 1e-6);
  });
});
