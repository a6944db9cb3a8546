import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import { distillationLoss } from '../../../src/strategies/losses/distillation-kl.ts';
import { weightedMean } from '../../../src/strategies/losses/rows.ts';
import { bestEpoch, epochScore, patienceIsOver } from '../../../src/training/best-epoch.ts';
import { agreement } from '../../../src/training/evaluation/quality.ts';
import { RegressionMetrics } from '../../../src/training/evaluation/regression-metrics.ts';
import { evaluationOf } from '../../../src/training/tasks/all.ts';
import { pythonWith } from '../../machine/python.ts';
import { allClose, close, computedNow, golden, lossIs, rowsOf } from './golden.ts';

const task = { kind: 'text-regression' } as const;

interface Case {
  answers: number[];
  targets: number[];
  scores: Record<string, number>;
}

function metricsOf({ answers, targets }: Pick<Case, 'answers' | 'targets'>): RegressionMetrics {
  const metrics = new RegressionMetrics();
  for (const [at, answer] of answers.entries()) metrics.add(answer, targets[at]!);
  return metrics;
}

describe('numbers', () => {
  before(() => tf.setBackend('cpu'));

  test('scores are those of scikit-learn and SciPy, ties included', () => {
    for (const one of golden.regression.metrics as Case[]) {
      const metrics = metricsOf(one);
      for (const [name, value] of Object.entries(one.scores))
        close(metrics.scores![name as 'r2']!, value, name);
      close(metrics.loss, one.scores.mse!, 'loss');
    }
  });

  const { python, skip } = pythonWith('torch', 'sklearn', 'scipy');
  test('what is checked in is what they compute today', { skip }, (context) => {
    allClose(golden, computedNow(python, context), 'golden');
  });

  test('losses and gradients are those of mse_loss, beside labels and beside a teacher at any temperature', () => {
    const { answers, teacher, labels, hard, soft } = golden.regression.losses;
    const z = tf.tensor2d(answers);
    const rows = rowsOf(task, tf.tensor1d(labels), 6);
    lossIs(
      tf.valueAndGrad((own) =>
        weightedMean(rows.labelLosses(own as Tensor2D, 0.3), rows.labelWeights, rows.labelTotal),
      )(z),
      hard,
      'hard',
    );
    for (const temperature of [1, 4])
      lossIs(
        tf.valueAndGrad((own) => distillationLoss(tf.tensor2d(teacher), own, temperature, rows))(z),
        soft,
        `soft at ${temperature}`,
      );
  });

  test('an answer that is no number spoils all scores; constant answers have no correlation', () => {
    const broken = metricsOf({ answers: [1, Number.NaN, Number.POSITIVE_INFINITY], targets: [1, 2, 3] });
    assert.equal(broken.unanswered, 2);
    for (const value of [...Object.values(broken.scores!), broken.loss]) assert.ok(Number.isNaN(value));
    const constant = metricsOf({ answers: [2, 2, 2], targets: [1, 2, 3] }).scores!;
    assert.ok(Number.isNaN(constant.pearson) && Number.isNaN(constant.spearman));
    assert.equal(constant.r2, 0);
  });

  test('two models hardly ever give the same number, so nothing is said of how often they do', () => {
    const one = metricsOf({ answers: [1, 2], targets: [1, 2] });
    assert.equal(agreement(one, one), undefined);
  });

  test('a model at chance is one that always answering the mean equals', () => {
    const chance = (answers: number[], targets: number[]) =>
      evaluationOf(task).noBetterThanChance(
        'The teacher',
        metricsOf({ answers, targets }),
        undefined as never,
      );
    assert.match(
      chance([2, 2, 2], [1, 2, 3])!,
      /0\.6667 on the 3 test samples.*always answering their mean \(0\.6667\)/,
    );
    assert.match(chance([3, 2, 1], [1, 2, 3])!, /no better than/);
    assert.equal(chance([1.2, 2, 2.8], [1, 2, 3]), undefined);
    assert.equal(chance([1, 2, 3], [2, 2, 2]), undefined);
  });

  test('the best epoch is the one of the highest R², or the lowest loss where that is asked for', () => {
    const epoch = (number: number, answers: number[], selects = 'r2' as const) =>
      epochScore(number, metricsOf({ answers, targets: [1, 2, 3] }), selects);
    const history = [
      epoch(1, [3, 2, 1]),
      epoch(2, [1, 2, 3]),
      epoch(3, [1, 2, 2]),
      epoch(4, [1, Number.NaN, 2]),
    ];
    assert.equal(bestEpoch(history, 'r2')!.epoch, 2);
    assert.equal(bestEpoch(history, 'loss')!.epoch, 2);
    assert.equal(history[3]!.score, null);
    assert.ok(patienceIsOver(history, { patience: 2, minDelta: 0 }, 'r2'));
    assert.ok(!patienceIsOver(history.slice(0, 3), { patience: 2, minDelta: 0 }, 'r2'));
    // Nothing held out: the last one counts.
    const none = [1, 2].map((number) => ({ epoch: number, accuracy: null, loss: null }));
    assert.equal(bestEpoch(none, 'r2')!.epoch, 2);
  });
});
