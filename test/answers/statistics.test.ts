import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divergence } from '../../src/answers/divergence.ts';
import type { SampleAnswers } from '../../src/answers/kept-answers.ts';
import { mcnemar, meanInterval, wilson } from '../../src/answers/statistics.ts';

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual}, not ${expected}`);

test('McNemar’s test is that of statsmodels, from no sample to tens of thousands', () => {
  // statsmodels 0.15: mcnemar([[0, b], [c, 0]], exact=True).pvalue
  for (const [b, c, p] of [
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [3, 9, 0.14599609375],
    [9, 3, 0.14599609375],
    [10, 10, 1],
    [25, 41, 0.06401750413722565],
    [121, 59, 4.4344492637551645e-6],
    [1000, 1100, 0.03072070786424249],
    [40000, 41000, 0.0004478218231375636],
    [3, 900, 3.6295984285091708e-264],
  ] as const)
    near(mcnemar(b, c), p, 1e-8);
});

test('the interval of a share is Wilson’s, as statsmodels has it', () => {
  // statsmodels 0.15: proportion_confint(hits, samples, method='wilson')
  for (const [hits, samples, low, high] of [
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371106, 1],
    [9, 10, 0.5958499732047614, 0.982123786904927],
    [1, 3, 0.06149194472039626, 0.7923403991979523],
    [9876, 10000, 0.9852361608857194, 0.9895893639031967],
  ] as const) {
    const interval = wilson(hits, samples)!;
    near(interval.low, low);
    near(interval.high, high);
  }
  assert.equal(wilson(0, 0), undefined);
});

test('the interval of a mean has the half width of its standard error', () => {
  const { low, high } = meanInterval([1, 2, 3, 4])!;
  near((low + high) / 2, 2.5);
  near((high - low) / 2, 1.959963984540054 * Math.sqrt(5 / 3 / 4));
  assert.equal(meanInterval([1]), undefined);
});

const answering = (shares: readonly number[], kept = shares.length): SampleAnswers => {
  const order = shares.map((_, index) => index).sort((one, other) => shares[other]! - shares[one]!);
  return {
    kept,
    losses: Float32Array.of(0),
    classes: Int32Array.from(order.slice(0, kept)),
    probabilities: Float32Array.from(order.slice(0, kept), (index) => shares[index]!),
  };
};

test('the divergence of two answers is SciPy’s, and that of the classes kept comes near it', () => {
  // scipy.spatial.distance.jensenshannon(p, q, base=2) ** 2, SciPy 1.17
  const of = (p: readonly number[], q: readonly number[], kept?: number) =>
    divergence(answering(p, kept), answering(q, kept), 0, p.length);
  near(of([0.7, 0.2, 0.1], [0.1, 0.3, 0.6]), 0.33275110160267973, 1e-6);
  assert.equal(of([1, 0, 0], [0, 1, 0]), 1);
  assert.equal(of([0.5, 0.5, 0], [0.5, 0.5, 0]), 0);
  near(of([0.98, 0.01, 0.01], [0.9, 0.06, 0.04]), 0.022471446765261076, 1e-5);
  near(of([0.98, 0.01, 0.01], [0.9, 0.06, 0.04], 2), 0.022471446765261076, 1e-5);
  // Where the best classes are others, what is not kept of one must not look like the other’s.
  assert.ok(of([0.97, 0.01, 0.01, 0.01], [0.01, 0.97, 0.01, 0.01], 1) > 0.8);
  const none = { ...answering([0.5, 0.5]), classes: Int32Array.of(-1, -1) };
  assert.ok(Number.isNaN(divergence(answering([0.5, 0.5]), none, 0, 2)));
});
