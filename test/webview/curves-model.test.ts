import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appended, banded, curvesOf, lossTermsOf, smoothed } from '../../webview/compare/curves-model.ts';
import { moveCell } from '../../webview/overview/grid-keys.ts';
import type { CurveData } from '../../webview/protocol/detail.ts';
import { initialViewState } from '../../webview/state/view-state.ts';

const state = initialViewState.curves;
const curve = (run: string, metric: string, values: (number | null)[], step = 10): CurveData => ({
  run,
  model: 'student',
  metric,
  steps: values.map((_, index) => (index + 1) * step),
  epochs: values.map((_, index) => (index + 1) / 2),
  times: values.map((_, index) => 1000 + index * 30_000),
  values,
});
const group = { label: 'g', strategy: 'response', runs: ['a', 'b'] };

test('smoothing is the weighted mean of all before, without a bias towards zero', () => {
  assert.deepEqual(
    smoothed([1, 1, 1], 0.9).map((value) => Number(value!.toFixed(12))),
    [1, 1, 1],
  );
  // (0.25·0 + 0.5·1)/0.75
  assert.ok(Math.abs(smoothed([0, 1], 0.5)[1]! - 2 / 3) < 1e-12);
  assert.deepEqual(smoothed([3, null, Number.NaN, 3], 0.5), [3, null, null, 3]);
  assert.deepEqual(smoothed([5, 1], 0), [5, 1]);
});

test('seeds with the same positions: mean, lowest and highest at each', () => {
  const points = banded([
    [
      { x: 1, mean: 1 },
      { x: 2, mean: 4 },
    ],
    [
      { x: 1, mean: 3 },
      { x: 2, mean: 2 },
    ],
  ]);
  assert.deepEqual(points, [
    { x: 1, mean: 2, low: 1, high: 3 },
    { x: 2, mean: 3, low: 2, high: 4 },
  ]);
});

test('seeds with other positions are read between their points, and not beyond them', () => {
  const points = banded([
    [0, 1, 2, 3].map((x) => ({ x, mean: 10 * x })),
    [
      { x: 0.5, mean: 0 },
      { x: 2.5, mean: 20 },
    ],
  ]);
  assert.deepEqual(
    points.map((point) => point.mean),
    [0, (10 + 5) / 2, (20 + 15) / 2, 30],
  );
});

test('a chart of one metric: groups as bands, or each run on its own', () => {
  const curves = [curve('a', 'loss', [3, 2, 1]), curve('b', 'loss', [4, 3, Number.NaN])];
  const band = curvesOf('loss', [group], curves, state)!;
  assert.equal(band.curves.length, 1);
  assert.deepEqual(band.curves[0]!.points[0], { x: 0.5, mean: 3.5, low: 3, high: 4 });
  const lines = curvesOf('loss', [group], curves, { ...state, band: false })!;
  assert.deepEqual(
    lines.curves.map((line) => line.points.length),
    [3, 2],
  );
  assert.equal(curvesOf('accuracy', [group], curves, state), null);
});

test('a line drawn singly is called by the seed of its run, whatever the order of the seeds', () => {
  const seeds: Readonly<Record<string, number>> = { a: 7, b: 2, c: 7 };
  const runs = Object.keys(seeds);
  const curves = runs.map((run) => curve(run, 'loss', [3, 2, 1]));
  const single = { ...state, band: false };
  const { curves: lines } = curvesOf('loss', [{ ...group, runs }], curves, single, (run) => seeds[run])!;
  assert.deepEqual(
    lines.map(({ label, line }) => [label, line?.index]),
    [
      ['g, seed 7', 0],
      ['g, seed 2', 1],
      ['g, seed 7 (2)', 2],
    ],
  );
});

test('time is in minutes since the first point', () => {
  const input = curvesOf('loss', [{ ...group, runs: ['a'] }], [curve('a', 'loss', [3, 2, 1])], {
    ...state,
    axis: 'time',
  })!;
  assert.deepEqual(
    input.curves[0]!.points.map((point) => point.x),
    [0, 0.5, 1],
  );
});

test('terms of the loss are those recorded beside the total', () => {
  const curves = [
    curve('a', 'loss', [3, 2]),
    curve('a', 'loss.response', [2, 1]),
    curve('a', 'loss.labels', [1, 1]),
  ];
  const input = lossTermsOf(group, curves, state)!;
  assert.deepEqual(
    input.terms.map(({ name, values }) => [name, values]),
    [
      ['response', [2, 1]],
      ['labels', [1, 1]],
    ],
  );
  assert.equal(lossTermsOf(group, curves.slice(0, 2), state), null);
});

test('new points follow, and a resumed run replaces the steps it repeats', () => {
  const before = [curve('a', 'loss', [5, 4, 3])];
  const news = { ...curve('a', 'loss', [9, 8]), steps: [30, 40] };
  const [after] = appended(before, [news]);
  assert.deepEqual(after!.steps, [10, 20, 30, 40]);
  assert.deepEqual(after!.values, [5, 4, 9, 8]);
  assert.equal(appended(before, [curve('b', 'loss', [1])]).length, 2);
});

test('keys of the grid lead where the ARIA pattern says, and stay inside', () => {
  const size = { lines: 100, columns: 10, page: 20 };
  const move = (line: number, column: number, key: string, ctrlKey = false) =>
    moveCell({ line, column }, { key, ctrlKey, metaKey: false, altKey: false }, size);
  assert.deepEqual(move(0, 0, 'ArrowUp'), { line: -1, column: 0 });
  assert.deepEqual(move(-1, 0, 'ArrowUp'), { line: -1, column: 0 });
  assert.deepEqual(move(99, 9, 'ArrowDown'), { line: 99, column: 9 });
  assert.deepEqual(move(5, 9, 'ArrowRight'), { line: 5, column: 9 });
  assert.deepEqual(move(5, 5, 'PageDown'), { line: 25, column: 5 });
  assert.deepEqual(move(5, 5, 'End', true), { line: 99, column: 9 });
  assert.equal(move(5, 5, 'a'), undefined);
});
