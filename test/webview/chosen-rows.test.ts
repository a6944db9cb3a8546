import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/figures.ts';
import { baselineChoices } from '../../webview/compare/baseline.ts';
import { chosenRows, nextSort, type RowChoice } from '../../webview/compare/chosen-rows.ts';
import { response, seeds } from '../compare/some-runs.ts';

const distilled = (experiment: string, gains: readonly number[], bytes: number) =>
  seeds(
    gains.map((gain) => 0.9 + gain),
    { experiment, strategy: response, student: { bytes } },
  );
const comparison = compareRuns([
  ...seeds([0.9, 0.9, 0.9]),
  ...distilled('open', [0.02, -0.02, 0.01], 300),
  ...distilled('better', [0.02, 0.021, 0.022], 200),
  ...distilled('worse', [-0.02, -0.021, -0.022], 100),
  ...distilled('best', [0.04, 0.041, 0.042], 400),
]);
const all: RowChoice = { outcomes: [], query: '', sort: null };
const labels = (change: Partial<RowChoice>) => {
  const { models, verdicts } = chosenRows(comparison, { ...all, ...change });
  const judged = verdicts.map(({ group }) => comparison.groups.find(({ key }) => key === group)!.label);
  return { rows: models.map(({ label }) => label), judged };
};
const fixed = ['Teacher, mlp 1200-1200', 'MNIST direct'];

test('all strategies are shown as they were started, teachers first', () => {
  assert.deepEqual(labels({}), {
    rows: [...fixed, 'open', 'better', 'worse', 'best'],
    judged: ['open', 'better', 'worse', 'best'],
  });
});

test('strategies are chosen by outcome and name, and their baseline stays', () => {
  const beats = labels({ outcomes: ['BEATS'] });
  assert.deepEqual(beats, { rows: [...fixed, 'better', 'best'], judged: ['better', 'best'] });
  const two = labels({ outcomes: ['DOES NOT BEAT', 'INCONCLUSIVE'] });
  assert.deepEqual(two.judged, ['open', 'worse']);
  assert.deepEqual(labels({ query: ' BEST ' }), { rows: [...fixed, 'best'], judged: ['best'] });
  assert.deepEqual(labels({ query: 'no such' }).judged, []);
});

test('rows are sorted by gain or a figure, the best first, and reversed', () => {
  const sorted = (key: 'gain' | 'bytes', reversed: boolean) => labels({ sort: { key, reversed } }).judged;
  assert.deepEqual(sorted('gain', false), ['best', 'better', 'open', 'worse']);
  assert.deepEqual(sorted('gain', true), ['worse', 'open', 'better', 'best']);
  // Smaller is better.
  assert.deepEqual(sorted('bytes', false), ['worse', 'better', 'open', 'best']);
  // Direct training has no gain of its own: it comes last either way.
  for (const reversed of [false, true])
    assert.equal(labels({ sort: { key: 'gain', reversed } }).rows.at(-1), 'MNIST direct');
});

test('a head pressed again and again sorts, reverses, and lets be', () => {
  const first = nextSort(null, 'gain');
  const second = nextSort(first, 'gain');
  assert.deepEqual(
    [first, second],
    [
      { key: 'gain', reversed: false },
      { key: 'gain', reversed: true },
    ],
  );
  assert.equal(nextSort(second, 'gain'), null);
  assert.deepEqual(nextSort(second, 'bytes'), { key: 'bytes', reversed: false });
});

test('with several directly trained students each strategy has the baseline of its verdict', () => {
  const epochs = (count: number) => ({ config: { training: { epochs: count } } });
  const several = compareRuns(
    [5, 9].flatMap((count) => [
      ...seeds([0.9, 0.91], { experiment: `direct ${count}`, ...epochs(count) }),
      ...seeds([0.92, 0.94], { experiment: `response ${count}`, strategy: response, ...epochs(count) }),
    ]),
  );
  const [usual] = baselineChoices(several);
  const baselines = several.groups.map((group) => usual!.of(group)?.label);
  assert.deepEqual(baselines, [undefined, 'direct 5', undefined, 'direct 9']);
  assert.equal(usual!.of(several.teachers[0]!), undefined);
  assert.equal(baselineChoices(comparison)[0]!.label, 'MNIST direct');
});
