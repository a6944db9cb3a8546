import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareRuns } from '../../../src/compare/figures.ts';
import { pairedInterval, pairsNeeded } from '../../../src/compare/verdicts/paired-interval.ts';
import type { Verdict } from '../../../src/compare/verdicts/verdict.ts';
import { decide } from '../../../src/compare/verdicts/verdict-rule.ts';
import { differenceText } from '../../../src/compare/verdicts/verdict-text.ts';
import { response, seeds, someRun } from '../some-runs.ts';
import { close } from './close.ts';

/** Direct training against response distillation, seed by seed; the differences are what is asked for. */
function verdictOf(differences: readonly (number | null)[]): Verdict {
  const direct = seeds(differences.map(() => 0.9));
  const distilled = seeds(
    differences.map((difference) => (difference === null ? null : 0.9 + difference)),
    { strategy: response },
  );
  return compareRuns([...direct, ...distilled]).verdicts[0]!;
}

/** From Python's statistics module and the quantiles of a printed t table. */
const reference = [
  {
    differences: [0.0202, 0.0201, 0.0175],
    mean: 0.019266666666666668,
    interval: [0.015463961076924831, 0.023069372256408503],
    outcome: 'BEATS',
  },
  {
    differences: [0.0188, 0.0201, 0.0049],
    mean: 0.0146,
    interval: [-0.006330242301178924, 0.035530242301178926],
    outcome: 'INCONCLUSIVE',
  },
  {
    differences: [0.004, -0.002, 0.001, 0.003, -0.001],
    mean: 0.001,
    interval: [-0.002165634477857796, 0.004165634477857796],
    outcome: 'INCONCLUSIVE',
  },
  {
    differences: [0.01, 0.03],
    mean: 0.02,
    interval: [-0.10706204735999998, 0.14706204735999998],
    outcome: 'INCONCLUSIVE',
  },
  {
    // The whole interval lies below the smallest gain that matters, though it reaches above zero.
    differences: [-0.0011, 0.0004, -0.0002, 0.0001, -0.0006, 0.0003, -0.0008, 0.0002, -0.0001, -0.0004],
    mean: -0.00022,
    interval: [-0.0005765639392144431, 0.0001365639392144431],
    outcome: 'DOES NOT BEAT',
  },
] as const;

test('the paired t interval equals values computed elsewhere', () => {
  for (const { differences, mean, interval } of reference) {
    const ours = pairedInterval(differences)!;
    close(ours.mean, mean);
    close(ours.interval[0], interval[0], 1e-8);
    close(ours.interval[1], interval[1], 1e-8);
  }
});

test('a verdict follows from the interval of the paired differences', () => {
  for (const { differences, mean, interval, outcome } of reference) {
    const verdict = verdictOf(differences);
    assert.equal(verdict.outcome, outcome, `${differences}`);
    assert.equal(verdict.pairs.length, differences.length);
    close(verdict.mean!, mean);
    close(verdict.interval![0], interval[0], 1e-8);
    close(verdict.interval![1], interval[1], 1e-8);
  }
});

test('a strategy that is worse throughout does not beat direct training', () => {
  const verdict = verdictOf([-0.01, -0.012, -0.011]);
  assert.equal(verdict.outcome, 'DOES NOT BEAT');
  assert.match(verdict.reason, /no part of the interval is above zero/);
});

test('a gain that is certain but smaller than any that matters does not beat', () => {
  const verdict = verdictOf([0.0005, 0.00042, 0.00058]);
  // t(0.975, 2) = 4.302653: 0.0005 ± 4.302653 · 0.00008/√3.
  close(verdict.interval![0], 0.0005 - 4.302653 * (0.00008 / Math.sqrt(3)), 1e-9);
  assert.ok(verdict.interval![0] > 0 && verdict.interval![1] < 0.001);
  assert.equal(verdict.outcome, 'DOES NOT BEAT');
  assert.match(verdict.reason, /there is a gain, but the whole interval is below \+0\.10 pp/);
});

test('a certain gain beats once its mean is one that matters, and is open as long as it may be one', () => {
  const around = (mean: number) => verdictOf([mean - 0.0002, mean, mean + 0.0002]);
  assert.equal(around(0.00101).outcome, 'BEATS');
  const open = around(0.00099);
  assert.ok(open.interval![0] > 0 && open.interval![1] > 0.001);
  assert.equal(open.outcome, 'INCONCLUSIVE');
  assert.match(open.reason, /there is a gain, but its mean is below/);
});

test('an interval wholly closer to zero than what matters shows that there is no difference that does', () => {
  for (const differences of [
    [0.0001, -0.0002, 0.00005],
    [-0.0005, -0.00042, -0.00058],
  ]) {
    const verdict = verdictOf(differences);
    assert.ok(verdict.interval!.every((end) => Math.abs(end) < 0.001));
    assert.equal(verdict.outcome, 'DOES NOT BEAT');
    assert.match(verdict.reason, /no difference that matters/);
  }
});

test('losses are judged by the same rule, with gains in nats', () => {
  const judged = (gains: readonly number[]) => {
    const model = (losses: readonly number[], wanted = {}) =>
      losses.map((loss, seed) =>
        someRun({ seed, accuracy: 0.4, student: { loss, perplexity: Math.exp(loss) }, ...wanted }),
      );
    const direct = model(gains.map(() => 3));
    return compareRuns([
      ...direct,
      ...model(
        gains.map((gain) => 3 - gain),
        { strategy: response },
      ),
    ]).verdicts[0]!;
  };
  assert.equal(judged([0.011, 0.0101, 0.0119]).outcome, 'BEATS');
  assert.equal(judged([0.005, 0.0042, 0.0058]).outcome, 'DOES NOT BEAT');
  assert.equal(judged([0.0095, 0.0085, 0.0105]).outcome, 'INCONCLUSIVE');
  assert.equal(judged([-0.05, -0.06, -0.04]).finding, 'worse');
  assert.equal(judged([0, 0, 0]).finding, 'identical');
});

test('the outcome agrees with the rule as it is documented, whatever the differences', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -0.004, max: 0.004, noNaN: true }), { minLength: 2, maxLength: 8 }),
      (differences) => {
        const { outcome, interval, mean, deviation } = decide({
          ...{ differences, metric: 'accuracy', confidence: 0.95, relevantGain: 0.001 },
          identical: () => false,
        });
        const [low, high] = interval ?? [mean, mean];
        const beats = deviation! > 1e-12 && low > 0 && mean >= 0.001;
        const doesNot = deviation! > 1e-12 && high < 0.001;
        assert.equal(outcome, beats ? 'BEATS' : doesNot ? 'DOES NOT BEAT' : 'INCONCLUSIVE');
        assert.ok(!(beats && doesNot));
      },
    ),
  );
});

test('what counts as a gain can be set', () => {
  const runs = [...seeds([0.9, 0.9, 0.9]), ...seeds([0.902, 0.898, 0.9], { strategy: response })];
  assert.equal(compareRuns(runs).verdicts[0]!.outcome, 'INCONCLUSIVE');
  assert.equal(compareRuns(runs, { relevantGain: 0.02 }).verdicts[0]!.outcome, 'DOES NOT BEAT');
});

test('one seed decides nothing, and says what would', () => {
  const verdict = verdictOf([0.05]);
  assert.equal(verdict.outcome, 'INCONCLUSIVE');
  assert.equal(verdict.interval, null);
  close(verdict.mean!, 0.05);
  assert.match(verdict.reason, /at least three seeds/);
});

test('equal differences tell no spread, rounding or not', () => {
  const same = compareRuns([
    ...seeds([0.5, 0.25, 0.75]),
    ...seeds([0.625, 0.375, 0.875], { strategy: response }),
  ]).verdicts[0]!;
  assert.equal(same.outcome, 'INCONCLUSIVE');
  assert.match(same.reason, /exactly the same difference/);
  // 0.91 − 0.9 and 0.81 − 0.8 differ by the rounding of doubles alone.
  const rounded = compareRuns([...seeds([0.9, 0.8]), ...seeds([0.91, 0.81], { strategy: response })])
    .verdicts[0]!;
  assert.equal(rounded.outcome, 'INCONCLUSIVE');
  assert.equal(rounded.interval, null);
});

test('results that are those of direct training in each seed decide nothing, and ask to look for a fault', () => {
  const verdict = verdictOf([0, 0, 0]);
  assert.equal(verdict.outcome, 'INCONCLUSIVE');
  assert.match(verdict.reason, /strategy changed nothing\. Look for a fault/);
  const { advice } = compareRuns([...seeds([0.9, 0.91]), ...seeds([0.9, 0.91], { strategy: response })]);
  assert.ok(advice.some(({ rule }) => rule === 'no-effect'));
  assert.ok(!advice.some(({ rule }) => rule === 'more-seeds'));
});

test('equal accuracies of models that differ decide nothing, and ask for a larger test set', () => {
  const verdict = compareRuns([
    ...seeds([0.9, 0.91]),
    ...seeds([0.9, 0.91], { strategy: response, student: { loss: 0.2 } }),
  ]).verdicts[0]!;
  assert.equal(verdict.outcome, 'INCONCLUSIVE');
  assert.match(verdict.reason, /larger test set/);
});

test('a strategy without results gets no verdict', () => {
  const waiting = [
    someRun({ state: 'running', result: undefined, strategy: response }),
    someRun({ state: 'failed', result: undefined, strategy: response, seed: 1 }),
  ];
  assert.deepEqual(compareRuns([...seeds([0.9, 0.91]), ...waiting]).verdicts, []);
});

test('a verdict on results in doubt says so', () => {
  const doubts = [{ kind: 'teacher-quality', message: 'The teacher is no better than chance.' }];
  const notes = (direct: object, distilled: object) =>
    compareRuns([
      ...seeds([0.9, 0.91], direct),
      ...seeds([0.95, 0.97], { strategy: response, ...distilled }),
    ]).verdicts[0]!.notes.join(' ');
  assert.match(notes({}, { doubts }), /results of this strategy are in doubt/);
  assert.match(notes({ doubts }, {}), /results of direct training are in doubt/);
  assert.doesNotMatch(notes({}, {}), /doubt/);
});

test('how many seeds would decide follows from mean and spread', () => {
  // t(0.975, n−1)/√n falls below 1 between n = 6 (2.571/2.449) and n = 7 (2.447/2.646).
  assert.equal(pairsNeeded(1, 1), 7);
  assert.equal(pairsNeeded(0, 1), null);
  assert.equal(pairsNeeded(1e-6, 1), null);
});

test('language models are judged by their loss, and lower is a gain', () => {
  const model = (losses: readonly number[], wanted = {}) =>
    losses.map((loss, seed) =>
      someRun({ seed, accuracy: 0.4, student: { loss, perplexity: Math.exp(loss) }, ...wanted }),
    );
  const verdict = compareRuns([
    ...model([1.5, 1.52, 1.49]),
    ...model([1.4, 1.41, 1.4], { strategy: response }),
  ]).verdicts[0]!;
  assert.equal(verdict.metric, 'loss');
  assert.equal(verdict.outcome, 'BEATS');
  close(verdict.mean!, 0.1, 1e-9);
  assert.equal(differenceText(verdict), '+0.100 nats, 95 % interval [+0.075, +0.125] nats');
});

test('quantized and pruned models are alternatives: there is no student to judge', () => {
  const alternatives = ['quantize', 'prune'].flatMap((strategy) =>
    seeds([0.98, 0.98], { experiment: strategy }).map((run) => ({ ...run, strategy })),
  );
  assert.deepEqual(compareRuns([...seeds([0.9, 0.9]), ...alternatives]).verdicts, []);
});
