import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/figures.ts';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { response, seeds, someRun } from '../some-runs.ts';
import { close } from './close.ts';

test('runs are paired by seed, whatever their order', () => {
  const [a, b, c] = seeds([0.9, 0.8, 0.7]);
  const [d, e, f] = seeds([0.91, 0.812, 0.711], { strategy: response });
  const verdict = compareRuns([c!, f!, a!, e!, b!, d!]).verdicts[0]!;
  assert.deepEqual(
    verdict.pairs.map((pair) => [pair.seed, pair.run, pair.baselineRun]),
    [
      [0, d!.id, a!.id],
      [1, e!.id, b!.id],
      [2, f!.id, c!.id],
    ],
  );
  assert.equal(verdict.outcome, 'BEATS');
});

test('seeds without a partner, and accuracies that are not numbers, are left out and named', () => {
  const direct = seeds([0.9, 0.9, 0.9, 0.9]);
  const distilled = seeds([0.91, 0.92, null, Number.NaN, 0.95], { strategy: response });
  const verdict = compareRuns([...direct, ...distilled]).verdicts[0]!;
  assert.deepEqual(
    verdict.pairs.map((pair) => pair.seed),
    [0, 1],
  );
  assert.match(verdict.notes.join(' '), /Seeds 2, 3, 4 left out/);
});

test('no shared seed is inconclusive', () => {
  const verdict = compareRuns([someRun({ seed: 1 }), someRun({ seed: 2, strategy: response })]).verdicts[0]!;
  assert.equal(verdict.outcome, 'INCONCLUSIVE');
  assert.match(verdict.reason, /No seed/);
});

test('of a seed that ran twice the later run counts', () => {
  const runs = [
    someRun({ seed: 0, accuracy: 0.5, createdAt: 2 }),
    someRun({ seed: 0, accuracy: 0.4, createdAt: 1 }),
    someRun({ seed: 0, accuracy: 0.6, strategy: response }),
  ];
  close(compareRuns(runs).verdicts[0]!.mean!, 0.1);
});

test('only completed runs count: one that was stopped had a smaller budget', () => {
  const runs = [
    ...seeds([0.9, 0.9]),
    someRun({ seed: 0, accuracy: 0.95, strategy: response, state: 'cancelled' }),
    someRun({ seed: 1, accuracy: 0.95, strategy: response }),
  ];
  assert.deepEqual(
    compareRuns(runs).verdicts[0]!.pairs.map((pair) => pair.seed),
    [1],
  );
});

test('without a directly trained student there is no verdict, and the reason says what to run', () => {
  const verdict = compareRuns(seeds([0.9, 0.91], { strategy: response })).verdicts[0]!;
  assert.equal(verdict.outcome, 'INCONCLUSIVE');
  assert.equal(verdict.baseline, null);
  assert.match(verdict.reason, /strategy "direct"/);
});

const other: Record<string, Partial<ExperimentInput>> = {
  dataset: { dataset: { kind: 'mnist', labelledSubset: 500 } },
  student: { student: { model: { architecture: 'mlp', hidden: [128] } } },
  budget: { training: { epochs: 50 } },
};

for (const [what, config] of Object.entries(other))
  test(`another ${what} cannot be compared, and the verdict says how it differs`, () => {
    const verdict = compareRuns([
      ...seeds([0.9, 0.9, 0.9], { config }),
      ...seeds([0.95, 0.96, 0.95], { strategy: response }),
    ]).verdicts[0]!;
    assert.equal(verdict.outcome, 'INCONCLUSIVE');
    assert.equal(verdict.baseline, null);
    assert.match(verdict.reason, /labelledSubset|hidden|epochs/);
  });

test('the same relative path beside another file is another dataset', () => {
  const idx = {
    dataset: {
      kind: 'idx',
      train: { images: 'a.idx', labels: 'b.idx' },
      test: { images: 'c.idx', labels: 'd.idx' },
    },
  } as const;
  const runs = (file: string) => [
    ...seeds([0.9, 0.9], { config: idx, file: '/home/a/one.distill.json' }),
    ...seeds([0.95, 0.96], { config: idx, strategy: response, file }),
  ];
  assert.equal(compareRuns(runs('/home/b/two.distill.json')).verdicts[0]!.baseline, null);
  assert.notEqual(compareRuns(runs('/home/a/two.distill.json')).verdicts[0]!.baseline, null);
});

test('another learning rate can be compared, but is told', () => {
  const verdict = compareRuns([
    ...seeds([0.9, 0.9, 0.9], { config: { training: { learningRate: 0.01 } } }),
    ...seeds([0.95, 0.96, 0.95], { strategy: response }),
  ]).verdicts[0]!;
  assert.equal(verdict.outcome, 'BEATS');
  assert.match(verdict.notes.join(' '), /training\.learningRate 0\.001 against 0\.01/);
});

test('of several baselines the one that differs least is taken', () => {
  const comparison = compareRuns([
    ...seeds([0.99, 0.99, 0.99], { config: { training: { learningRate: 0.01 } }, experiment: 'tuned' }),
    ...seeds([0.9, 0.9, 0.9], { experiment: 'plain' }),
    ...seeds([0.95, 0.96, 0.95], { strategy: response }),
  ]);
  const baseline = comparison.groups.find((group) => group.key === comparison.verdicts[0]!.baseline);
  assert.equal(baseline!.experiment, 'plain');
});
