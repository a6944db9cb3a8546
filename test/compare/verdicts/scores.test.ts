import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directionOf, isLowerBetter, isShare } from '../../../src/compare/figures/curve-facts.ts';
import { figureKind } from '../../../src/compare/figures/figure-kinds.ts';
import { headlineText } from '../../../src/compare/figures/headline.ts';
import type { RunFigures } from '../../../src/compare/figures/run-figures.ts';
import { formatGain, formatGainInterval } from '../../../src/compare/verdicts/gain.ts';
import { metricFacts } from '../../../src/compare/verdicts/metric.ts';
import { seedPairs } from '../../../src/compare/verdicts/seed-pairs.ts';
import { eachScore, scoreNames, scoreRecords } from '../../../src/experiment/tasks/scores.ts';

const group = (values: readonly number[]) => ({
  counted: values.map(
    (value, seed) =>
      ({
        seed,
        run: `${value}`,
        student: { ...eachScore(() => value), accuracy: null, loss: value },
      }) as unknown as RunFigures,
  ),
});

test('gains are above zero where the strategy is the better one, by whatever score', () => {
  const [low, high] = [group([0.5, 0.6]), group([0.7, 0.9])];
  for (const name of [...scoreNames, 'loss'] as const) {
    const lower = metricFacts(name).lowerIsBetter;
    const gains = seedPairs(lower ? low : high, lower ? high : low, name).map(({ difference }) => difference);
    assert.deepEqual(
      gains.map((gain) => gain.toFixed(1)),
      ['0.2', '0.3'],
      name,
    );
  }
  assert.deepEqual(seedPairs(high, low, 'accuracy'), []);
});

test('figures, curves and verdicts agree on which direction of a score is good, and how it is written', () => {
  for (const name of scoreNames) {
    const { better, written } = scoreRecords[name];
    assert.equal(figureKind(name).better, better);
    assert.equal(directionOf(`validation.${name}`), better);
    assert.equal(isLowerBetter(`validation.${name}`), better === 'lower');
    assert.equal(isShare(`validation.${name}`), written === 'share');
    assert.equal(metricFacts(name).lowerIsBetter, better === 'lower');
  }
  assert.equal(formatGain(0.0123, 'r2'), '+0.012 R²');
  assert.equal(formatGainInterval([-0.01, 0.02], 'r2'), '[−0.010, +0.020] R²');
  assert.equal(headlineText({ accuracy: null, r2: 0.834, mse: 2 }), 'R² 0.834');
  assert.equal(headlineText({ accuracy: 0.5 }), '50.00 %');
});
