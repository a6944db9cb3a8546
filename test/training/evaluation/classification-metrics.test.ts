import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClassificationMetrics } from '../../../src/training/evaluation/classification-metrics.ts';
import { LanguageMetrics } from '../../../src/training/evaluation/language-metrics.ts';
import {
  agreement,
  disagreements,
  noAnswer,
  type Quality,
} from '../../../src/training/evaluation/quality.ts';

const logitsFor = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, not ${expected}`);

function metricsOf(...samples: [number[], number][]): ClassificationMetrics {
  const metrics = new ClassificationMetrics(3);
  for (const [probabilities, label] of samples) metrics.add(logitsFor(...probabilities), label);
  return metrics;
}

const some = metricsOf(
  [[0.7, 0.2, 0.1], 0],
  [[0.6, 0.3, 0.1], 1],
  [[0.1, 0.8, 0.1], 1],
  [[0.5, 0.25, 0.25], 0],
);

test('accuracy, cross-entropy and confusion', () => {
  assert.equal(some.accuracy, 0.75);
  near(some.loss, -(Math.log(0.7) + Math.log(0.3) + Math.log(0.8) + Math.log(0.5)) / 4);
  assert.deepEqual(some.confusion, [
    [2, 0, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(some.predictions, [0, 0, 1, 0]);
});

test('macro F1 averages over classes that occur', () => {
  // Class 0: precision 2/3, recall 1, F1 4/5. Class 1: precision 1, recall 1/2, F1 2/3.
  near(some.macroF1, (4 / 5 + 2 / 3) / 2);
});

test('a class that is never right but predicted counts with F1 zero', () => {
  near(metricsOf([[0.1, 0.1, 0.8], 0], [[0.8, 0.1, 0.1], 0]).macroF1, (2 / 3 + 0) / 2);
});

test('calibration error weighs bins by their samples', () => {
  // Each confidence lies in a bin of its own: |1 − 0.7| + |0 − 0.6| + |1 − 0.8| + |1 − 0.5|, over four samples.
  near(some.calibrationError, (0.3 + 0.6 + 0.2 + 0.5) / 4);
  // In one bin, errors of opposite sign cancel.
  near(metricsOf([[0.5, 0.3, 0.2], 0], [[0.5, 0.3, 0.2], 1]).calibrationError, 0);
});

test('large logits do not overflow', () => {
  const metrics = new ClassificationMetrics(2);
  metrics.add(Float32Array.of(1000, -1000), 1);
  assert.equal(metrics.loss, 2000);
  assert.equal(metrics.accuracy, 0);
});

for (const [what, logits] of Object.entries({
  'that are all NaN': [Number.NaN, Number.NaN],
  'of which one is NaN': [Number.NaN, 1],
  'of which the last is NaN': [1, Number.NaN],
  'of which one is infinite': [Number.POSITIVE_INFINITY, 1],
  'that are all minus infinity': [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
}))
  test(`logits ${what} are no answer, neither right nor sure nor of any class`, () => {
    const metrics = new ClassificationMetrics(2);
    metrics.add(Float32Array.from(logits), 0);
    metrics.add(Float32Array.from(logits), 1);
    metrics.add(Float32Array.of(2, 1), 0);
    assert.equal(metrics.unanswered, 2);
    assert.deepEqual(metrics.predictions, [noAnswer, noAnswer, 0]);
    assert.deepEqual(metrics.confusion, [
      [1, 0],
      [0, 0],
    ]);
    for (const figure of ['accuracy', 'loss', 'macroF1', 'calibrationError'] as const)
      assert.ok(Number.isNaN(metrics[figure]), figure);
    assert.equal(
      metrics.reliability.reduce((sum, { count }) => sum + count, 0),
      1,
    );
    assert.equal(agreement(metrics, metrics), 1 / 3);
    assert.equal(disagreements(metrics, metrics)![1]!.neither, 1);
  });

test('a class that is ruled out, its logit minus infinity, keeps no other from being the answer', () => {
  const metrics = new ClassificationMetrics(3);
  metrics.add(Float32Array.of(Number.NEGATIVE_INFINITY, 0, 0), 1);
  assert.equal(metrics.accuracy, 1);
  near(metrics.loss, Math.log(2));
});

test('a language model’s NaN is no predicted token', () => {
  const metrics = new LanguageMetrics();
  metrics.add(0, 0, Number.NaN, Number.NaN);
  metrics.add(3, 3, 0.5, 0.7);
  assert.deepEqual(metrics.predictions, [noAnswer, 3]);
  assert.equal(metrics.unanswered, 1);
  for (const figure of ['accuracy', 'loss', 'calibrationError'] as const)
    assert.ok(Number.isNaN(metrics[figure]), figure);
});

const answering = (...predictions: number[]): Quality => ({
  predictions,
  unanswered: predictions.filter((prediction) => prediction === noAnswer).length,
  accuracy: 0,
  loss: 0,
  calibrationError: 0,
  reliability: [],
});

test('agreement is the fraction of equal answers, right or wrong', () => {
  assert.equal(agreement(answering(0, 1, 2, 2), answering(0, 1, 1, 2)), 0.75);
  assert.throws(() => agreement(answering(0), answering(0, 1)), RangeError);
});

test('disagreements are counted by true class and by who is right', () => {
  const student = metricsOf(
    [[0.8, 0.1, 0.1], 0],
    [[0.1, 0.8, 0.1], 0],
    [[0.1, 0.1, 0.8], 0],
    [[0.1, 0.8, 0.1], 0],
    [[0.8, 0.1, 0.1], 1],
  );
  // Right both; only the teacher; both wrong in two ways; both wrong in one way; only the teacher.
  assert.deepEqual(disagreements(student, answering(0, 0, 1, 1, 1)), [
    { samples: 4, onlyStudent: 0, onlyTeacher: 1, neither: 1 },
    { samples: 1, onlyStudent: 0, onlyTeacher: 1, neither: 0 },
    { samples: 0, onlyStudent: 0, onlyTeacher: 0, neither: 0 },
  ]);
  assert.deepEqual(disagreements(metricsOf([[0.8, 0.1, 0.1], 0]), answering(2))?.[0], {
    samples: 1,
    onlyStudent: 1,
    onlyTeacher: 0,
    neither: 0,
  });
  assert.throws(() => disagreements(student, answering(0)), RangeError);
});

test('the bins of a classifier hold the probabilities of its answers', () => {
  const bins = some.reliability.flatMap(({ count, confidence, accuracy }) =>
    count === 0 ? [] : [[count, confidence, accuracy]],
  );
  const expected = [
    [1, 0.5, 1],
    [1, 0.6, 0],
    [1, 0.7, 1],
    [1, 0.8, 1],
  ];
  assert.equal(bins.length, expected.length);
  for (const [index, bin] of bins.entries())
    for (const [at, value] of bin.entries()) near(value!, expected[index]![at]!);
});
