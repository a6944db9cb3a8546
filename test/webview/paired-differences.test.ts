import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FigureKey, figureKind } from '../../src/compare/figures/figure-kinds.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { differenceText } from '../../src/compare/verdicts/verdict-text.ts';
import { baselinesOf } from '../../webview/compare/baseline.ts';
import { pairsWith, shownDifference } from '../../webview/compare/paired-differences.ts';
import type { ComparisonData } from '../../webview/protocol/comparison.ts';
import { response, seeds, someRun } from '../compare/some-runs.ts';

function shown(comparison: ComparisonData, row: string, baseline: string, key: FigureKey) {
  const one = [...comparison.groups, ...comparison.teachers].find(({ label }) => label.startsWith(row))!;
  const other = baselinesOf(comparison).find(({ label }) => label.startsWith(baseline))!;
  const verdict = comparison.verdicts.find(({ group }) => group === one.key);
  return shownDifference(figureKind(key), one, other, pairsWith(one, other), verdict);
}

test('the difference in the table is the paired one that the verdict rests on, however the means differ', () => {
  // A fourth seed of direct training pulls its mean down: the means say +0.05 pp, the pairs −1.35 pp.
  const comparison = compareRuns([
    ...seeds([0.95, 0.952, 0.948, 0.894]),
    ...seeds([0.9365, 0.9386, 0.9344], { strategy: response }),
  ]);
  const [direct, distilled] = comparison.groups;
  const means = distilled!.figures.accuracy!.mean - direct!.figures.accuracy!.mean;
  assert.ok(means > 0.0004 && means < 0.0006, String(means));
  const [verdict] = comparison.verdicts;
  const difference = shown(comparison, 'MNIST response', 'MNIST direct', 'accuracy')!;
  assert.equal(difference.text, '−1.350 pp');
  assert.equal(differenceText({ ...verdict!, interval: null }), difference.text);
  assert.deepEqual([difference.pairs, difference.tone], [3, 'bad']);
  // All other figures are over the same pairs, and have no color: no verdict is about them.
  const loss = shown(comparison, 'MNIST response', 'MNIST direct', 'loss')!;
  assert.deepEqual([loss.text, loss.pairs, loss.tone], ['0.000 nats', 3, 'even']);
});

test('a color stands only where a verdict does', () => {
  const tone = (gains: readonly number[], baseline = 'MNIST direct') =>
    shown(
      compareRuns([
        ...seeds(gains.map(() => 0.9)),
        ...seeds(
          gains.map((gain) => 0.9 + gain),
          { strategy: response },
        ),
        ...seeds([0.9, 0.91, 0.89], { strategy: { kind: 'feature' } }),
      ]),
      'MNIST response',
      baseline,
      'accuracy',
    )!.tone;
  assert.equal(tone([0.02, 0.021, 0.022]), 'good');
  assert.equal(tone([-0.02, -0.021, -0.022]), 'bad');
  // Nothing decided; and no difference that matters.
  assert.equal(tone([0.02, -0.021, 0.022]), 'even');
  assert.equal(tone([0.0001, -0.0001, 0.00012]), 'even');
  // Verdicts are about direct training, not about another baseline.
  assert.equal(tone([0.02, 0.021, 0.022], 'MNIST feature'), 'even');
  assert.equal(tone([0.02, 0.021, 0.022], 'Teacher'), 'even');
});

test('without runs of the same seed the difference is that of the means, and says so', () => {
  const comparison = compareRuns([
    someRun({ seed: 1, accuracy: 0.9 }),
    someRun({ seed: 2, accuracy: 0.93, strategy: response }),
  ]);
  const difference = shown(comparison, 'MNIST response', 'MNIST direct', 'accuracy')!;
  assert.deepEqual([difference.text, difference.pairs, difference.tone], ['+3.00 pp', null, 'even']);
  assert.match(difference.meaning, /no runs of the same seed/);
});

test('a student is paired with the teacher that was measured in its own run', () => {
  const comparison = compareRuns([
    someRun({ seed: 0, accuracy: 0.9, teacher: { accuracy: 0.95 } }),
    someRun({ seed: 1, accuracy: 0.8, teacher: { accuracy: 0.85 } }),
    someRun({ seed: 0, accuracy: 0.91, teacher: { accuracy: 0.95 }, strategy: response }),
  ]);
  const toTeacher = shown(comparison, 'MNIST response', 'Teacher', 'accuracy')!;
  assert.deepEqual([toTeacher.text, toTeacher.pairs], ['−4.00 pp', 1]);
  const ofTeacher = shown(comparison, 'Teacher', 'MNIST direct', 'accuracy')!;
  assert.deepEqual([ofTeacher.text, ofTeacher.pairs], ['+5.00 pp', 2]);
});

test('against a single run only the run of its seed counts, and never the run itself', () => {
  const comparison = compareRuns([
    ...seeds([0.9, 0.8], { name: 'yardstick' }),
    ...seeds([0.92, 0.95], { strategy: response }),
  ]);
  const run = shown(comparison, 'MNIST response', 'yardstick, seed 1', 'accuracy')!;
  assert.deepEqual([run.text, run.pairs], ['+15.00 pp', 1]);
  assert.equal(shown(comparison, 'MNIST direct', 'yardstick, seed 1', 'accuracy')!.pairs, null);
});
