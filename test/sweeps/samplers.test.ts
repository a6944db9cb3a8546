import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PointValues } from '../../src/experiment/sweep/space.ts';
import { ParzenEstimator } from '../../src/sweeps/samplers/parzen.ts';
import { ranked } from '../../src/sweeps/samplers/ranking.ts';
import { samplers, type TriedPoint } from '../../src/sweeps/samplers/sampler.ts';
import { bestOf, functions, golden, lower } from './functions.ts';
import { spaceWith } from './support.ts';

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('the best of 60 points over 30 seeds, beside the samplers of Optuna', () => {
  for (const name of Object.keys(functions))
    test(name, () => {
      const { tpe: theirs, random: theirRandom } = golden.best[name]!;
      const best = (sampler: 'tpe' | 'random') =>
        seeds.map((seed) => bestOf(samplers[sampler], name, seed, golden.budget));
      const [tpe, random] = [best('tpe'), best('random')];
      // Once in 30,000 times by chance; the seeds are fixed.
      assert.ok(lower(tpe, random) > 4, `TPE against random: ${lower(tpe, random)}`);
      // Once in 100 times, either way: neither better nor worse than theirs.
      assert.ok(Math.abs(lower(tpe, theirs)) < 2.58, `TPE against Optuna's: ${lower(tpe, theirs)}`);
      const apart = lower(random, theirRandom);
      assert.ok(Math.abs(apart) < 2.58, `random against Optuna's: ${apart}`);
    });
});

const mixed = {
  'training.learningRate': { min: 0.0001, max: 1, scale: 'log' },
  'training.epochs': { min: 1, max: 5 },
  'training.batchSize': { min: 1, max: 256, scale: 'log' },
  'strategy.temperature': [1, 2, 4],
};

test('a Parzen estimator sums to 1 over what can be counted, and integrates to 1 over what cannot', () => {
  const counted = spaceWith({ 'training.epochs': { min: 1, max: 5 }, 'strategy.temperature': [1, 2, 4] });
  const seen = [
    { 'training.epochs': 2, 'strategy.temperature': 4 },
    { 'training.epochs': 5, 'strategy.temperature': 1 },
  ];
  const whole = new ParzenEstimator(counted, seen, [1, 0.5]);
  let sum = 0;
  for (let epochs = 1; epochs <= 5; epochs++)
    for (const temperature of [1, 2, 4])
      sum += Math.exp(whole.logDensity({ 'training.epochs': epochs, 'strategy.temperature': temperature }));
  assert.ok(Math.abs(sum - 1) < 1e-9, String(sum));
  const range = spaceWith({ 'training.learningRate': { min: 0.001, max: 0.1, scale: 'log' } });
  const smooth = new ParzenEstimator(range, [{ 'training.learningRate': 0.004 }], [1]);
  const [low, high] = [Math.log(0.001), Math.log(0.1)];
  const steps = 10_000;
  let area = 0;
  for (let step = 0; step < steps; step++) {
    const place = low + ((high - low) * (step + 0.5)) / steps;
    area +=
      (Math.exp(smooth.logDensity({ 'training.learningRate': Math.exp(place) })) * (high - low)) / steps;
  }
  assert.ok(Math.abs(area - 1) < 1e-4, String(area));
});

test('TPE finds the good values of every kind of option at once, within their bounds', () => {
  const space = spaceWith(mixed);
  const cost = (values: PointValues) =>
    Math.abs(Math.log10(values['training.learningRate'] as number) + 2) +
    Math.abs((values['training.epochs'] as number) - 4) +
    Math.abs(Math.log2((values['training.batchSize'] as number) / 32)) +
    (values['strategy.temperature'] === 2 ? 0 : 2);
  const costs = (sampler: 'tpe' | 'random') => {
    const tried: TriedPoint[] = [];
    for (let index = 0; index < 80; index++) {
      const values = samplers[sampler]({ space, index, seed: 5, tried })!;
      assert.ok(
        (values['training.learningRate'] as number) >= 0.0001 &&
          (values['training.learningRate'] as number) <= 1,
      );
      for (const [key, high] of [
        ['training.epochs', 5],
        ['training.batchSize', 256],
      ] as const) {
        const value = values[key] as number;
        assert.ok(Number.isInteger(value) && value >= 1 && value <= high, `${key} ${value}`);
      }
      assert.ok([1, 2, 4].includes(values['strategy.temperature'] as number));
      tried.push({ values, costs: [cost(values)] });
    }
    return tried.slice(40).map((one) => one.costs![0]!);
  };
  assert.ok(lower(costs('tpe'), costs('random')) > 4);
});

test('the same question has the same answer, and points that run or failed keep others away from them', () => {
  const space = spaceWith({ 'strategy.alpha': { min: 0, max: 1 } });
  const done = Array.from({ length: 30 }, (_, index): TriedPoint => {
    const alpha = (index + 0.5) / 30;
    return {
      values: { 'strategy.alpha': alpha },
      costs: [Math.min(Math.abs(alpha - 0.25), Math.abs(alpha - 0.75))],
    };
  });
  const at = (index: number, tried: readonly TriedPoint[]) =>
    samplers.tpe({ space, index, seed: 1, tried })!['strategy.alpha'] as number;
  assert.equal(at(30, done), at(30, done));
  const running = Array.from(
    { length: 12 },
    (_, index): TriedPoint => ({
      values: { 'strategy.alpha': 0.22 + index * 0.005 },
    }),
  );
  const near = (tried: readonly TriedPoint[]) =>
    Array.from({ length: 40 }, (_, index) => at(100 + index, tried)).filter(
      (alpha) => alpha > 0.2 && alpha < 0.3,
    ).length;
  assert.ok(near([...done, ...running]) < near(done) / 2, `${near([...done, ...running])} of ${near(done)}`);
});

test('no sampler tries a point twice, and each ends when every point of a space that can be counted has been tried', () => {
  const space = spaceWith({ 'training.epochs': { min: 1, max: 5 }, 'strategy.temperature': [1, 2, 4] });
  for (const sampler of Object.values(samplers)) {
    const tried: TriedPoint[] = [];
    for (let index = 0; ; index++) {
      const values = sampler({ space, index, seed: 2, tried });
      if (!values) break;
      tried.push({ values, costs: [values['training.epochs'] as number] });
    }
    assert.equal(tried.length, 15);
    assert.equal(new Set(tried.map(({ values }) => JSON.stringify(values))).size, 15);
  }
});

test('with two figures points are ranked front by front, and those at the ends and with room around them come first', () => {
  const point = (...costs: number[]): TriedPoint => ({ values: {}, costs });
  const [a, b, c, d, e, f] = [
    point(1, 9),
    point(3, 4),
    point(3.5, 3.5),
    point(9, 1),
    point(4, 5),
    point(9, 9),
  ];
  const order = ranked([f, e, c, b, a, d, { values: {} }]);
  assert.deepEqual(new Set(order.slice(0, 2)), new Set([a, d]));
  assert.deepEqual(new Set(order.slice(2, 4)), new Set([b, c]));
  assert.deepEqual(order.slice(4), [e, f]);
});
