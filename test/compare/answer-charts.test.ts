import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classCharts } from '../../src/compare/charts/class-charts.ts';
import { learningCharts } from '../../src/compare/charts/comparison-charts.ts';
import { disagreementChart } from '../../src/compare/charts/disagreement-chart.ts';
import type { Chart } from '../../src/compare/charts/drawing/chart-frame.ts';
import { roundBounds } from '../../src/compare/charts/drawing/chart-frame.ts';
import { darkTheme, lightTheme, strategyShape } from '../../src/compare/charts/drawing/chart-theme.ts';
import { perplexity } from '../../src/compare/charts/drawing/quality.ts';
import { layerMapChart } from '../../src/compare/charts/layer-map-chart.ts';
import { paretoChart } from '../../src/compare/charts/pareto-chart.ts';
import { reliabilityChart } from '../../src/compare/charts/reliability-chart.ts';
import { sharedPrompts } from '../../src/compare/continuations.ts';
import { sumDisagreements } from '../../src/compare/figures/disagreement.ts';
import { layerTerms } from '../../src/compare/figures/layer-losses.ts';
import { sumBins } from '../../src/compare/figures/reliability.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderSvg } from '../../src/compare/reports/svg.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import { response, seeds, someRun } from './some-runs.ts';

const size = { width: 540 };
const hostile = `<img src=x onerror=alert(1)> "'مرحبا ${'long '.repeat(100)}`;

/** Renders, and checks what every picture must hold: a title, words, a table that is as wide as its head. */
function drawn(chart: Chart): string {
  for (const text of [chart.title, chart.caption, chart.description]) assert.ok(text.length > 0);
  for (const row of chart.rows) assert.equal(row.length, chart.columns.length);
  const svg = renderSvg(chart, lightTheme, size, 'c');
  assert.doesNotMatch(svg, /<img|NaN|Infinity|undefined/);
  return svg;
}

const bin = (count: number, confidence: number | null, accuracy: number | null) => ({
  count,
  confidence,
  accuracy,
});

test('bins of several seeds are those of all their answers', () => {
  const sum = sumBins([
    [bin(3, 0.2, 1), bin(0, null, null)],
    [bin(1, 0.6, 0), bin(0, null, null)],
  ]);
  // (3·0.2 + 1·0.6) / 4 and (3·1 + 1·0) / 4.
  assert.ok(Math.abs(sum![0]!.confidence! - 0.3) < 1e-12);
  assert.equal(sum![0]!.accuracy, 0.75);
  assert.deepEqual(sum![1], bin(0, null, null));
  assert.equal(sumBins([]), null);
  assert.equal(sumBins([[bin(1, 0.5, 1)], []]), null);
});

test('the reliability diagram leaves empty bins out and says which model is too sure', () => {
  const chart = reliabilityChart(
    {
      models: [
        { label: hostile, strategy: 'response', bins: [bin(0, null, null), bin(10, 0.9, 0.5)] },
        { label: 'no answers', strategy: 'direct', bins: [bin(0, null, null)] },
        { label: 'damaged', strategy: 'self', bins: [bin(4, Number.NaN, 0.2)] },
      ],
    },
    lightTheme,
    size,
  );
  drawn(chart);
  assert.equal(chart.rows.length, 1);
  assert.match(chart.description, /too sure \(40\.0 %\); no answers has no answers; damaged has no answers/);
});

test('where teacher and student disagree: counts of several seeds, shares of each class', () => {
  const one = { samples: 10, onlyTeacher: 3, onlyStudent: 1, neither: 1 };
  const none = { samples: 0, onlyTeacher: 0, onlyStudent: 0, neither: 0 };
  const sum = sumDisagreements([
    [one, none],
    [one, none],
  ])!;
  assert.deepEqual(sum[0], { samples: 20, onlyTeacher: 6, onlyStudent: 2, neither: 2 });
  assert.equal(sumDisagreements([[one], [one, one]]), null);
  const chart = disagreementChart(
    { label: hostile, strategy: 'response', classes: sum, classNames: [hostile, 'none'] },
    lightTheme,
    size,
  );
  drawn(chart);
  assert.match(
    chart.description,
    /differ on 50\.00 % of the samples: on 6 only the teacher is right, on 2 only/,
  );
  assert.deepEqual(chart.rows[1], ['none', '0', '–', '–', '–']);
  drawn(disagreementChart({ label: 'nothing', strategy: 'response', classes: [] }, lightTheme, size));
  const many = disagreementChart(
    {
      label: 'many',
      strategy: 'response',
      classes: Array.from({ length: 100 }, (_, index) => ({ ...one, onlyTeacher: index === 70 ? 5 : 3 })),
    },
    lightTheme,
    size,
  );
  drawn(many);
  assert.equal(many.rows.length, 100);
  assert.match(many.caption, /The 30 classes of 100/);
  assert.match(many.description, /Most in class 70 /);
});

test('losses of layers are gathered by term and pair, the mean over seeds', () => {
  const terms = layerTerms([
    { metric: 'layer.feature.2-4', values: [Number.NaN, 4, 3] },
    { metric: 'layer.feature.2-4', values: [2, null, 1] },
    { metric: 'layer.feature.1-2', values: [1] },
    { metric: 'layer.cosine.10-12', values: [null] },
    { metric: 'loss.feature', values: [9] },
    { metric: 'layer.cosine.1-2', values: [5, 4] },
  ]);
  assert.deepEqual(terms, [
    {
      term: 'feature',
      pairs: [
        { student: 1, teacher: 2, first: 1, last: 1 },
        { student: 2, teacher: 4, first: 3, last: 2 },
      ],
    },
    { term: 'cosine', pairs: [{ student: 1, teacher: 2, first: 5, last: 4 }] },
  ]);
});

test('the map of layers shows every pair with its loss, and layers that take no part', () => {
  const pairs = [
    { student: 1, teacher: 3, first: 2, last: 0.5 },
    { student: 2, teacher: 5, first: 2, last: 1.25 },
  ];
  const svg = drawn(
    layerMapChart({ label: hostile, strategy: 'feature', term: 'feature', pairs }, lightTheme, size),
  );
  for (const text of ['0.500', '1.25', 'layer 4', 'student', 'teacher']) assert.ok(svg.includes(text), text);
  assert.ok(!svg.includes('input'));
  const one = { student: 0, teacher: 40, first: 0, last: 0 };
  const deep = drawn(
    layerMapChart({ label: 'deep', strategy: 'feature', term: 'cosine', pairs: [one] }, darkTheme, size),
  );
  assert.ok(deep.includes('input') && deep.includes('layer 40') && !deep.includes('layer 39'));
  drawn(layerMapChart({ label: 'none', strategy: 'feature', term: 'feature', pairs: [] }, lightTheme, size));
});

test('a comparison has one diagram of all models, a picture of each disagreement, and its layers', () => {
  const reliability = [bin(5, 0.4, 0.4), bin(5, 0.9, 0.8)];
  const disagreement = [{ samples: 10, onlyTeacher: 1, onlyStudent: 1, neither: 0 }];
  const runs = [
    ...seeds([0.9, 0.905], { student: { reliability }, teacher: { reliability } }),
    ...seeds([0.92, 0.93], { strategy: response, student: { reliability } }),
  ].map((run) => ({ ...run, result: { ...run.result!, disagreement } }));
  const comparison = compareRuns(runs);
  const charts = classCharts(comparison).map((draw) => draw(lightTheme, size));
  for (const chart of charts) drawn(chart);
  assert.deepEqual(
    charts.map(({ title }) => title),
    [
      'Confidence against accuracy',
      'Where they disagree: MNIST direct',
      'Where they disagree: MNIST response',
    ],
  );
  // The teacher, and the two seeds of each strategy together: 20 answers in two bins.
  assert.deepEqual(
    charts[0]!.rows.map(([model, , , samples]) => [model, samples]),
    [
      ['Teacher, mlp 1200-1200', '5'],
      ['Teacher, mlp 1200-1200', '5'],
      ['MNIST direct', '10'],
      ['MNIST direct', '10'],
      ['MNIST response', '10'],
      ['MNIST response', '10'],
    ],
  );
  const curves = runs.map(({ id }) => ({
    run: id,
    metric: 'layer.feature.1-2',
    points: [{ epoch: 1, value: 0.5 }],
  }));
  const titles = learningCharts(comparison, curves).map((draw) => draw(lightTheme, size).title);
  assert.deepEqual(titles, ['Layers, feature: MNIST direct', 'Layers, feature: MNIST response']);
});

test('runs that measured none of it have no such pictures', () => {
  assert.deepEqual(classCharts(compareRuns(seeds([0.9, 0.91]))), []);
});

test('every strategy has a colour and a marker of its own in both themes', () => {
  const kinds = strategySchema.options.map((option) => option.shape.kind.value);
  assert.ok(kinds.length > 9);
  for (const theme of [lightTheme, darkTheme]) {
    for (const kind of kinds) assert.ok(theme.strategies[kind], kind);
    const colors = Object.values(theme.strategies);
    assert.equal(new Set(colors).size, colors.length);
  }
  assert.equal(new Set(kinds.map(strategyShape)).size, kinds.length);
  assert.ok(!kinds.map(strategyShape).includes(strategyShape('unheard of')));
});

test('bounds are round, hold all values, and stay below what cannot be passed', () => {
  const { min, max, interval } = roundBounds([27.4, 49.4]);
  assert.deepEqual([min, max, interval], [25, 55, 5]);
  const shares = roundBounds([0.896, 0.984], { highest: 1 });
  assert.ok(shares.min <= 0.896 && shares.max === 1 && shares.interval > 0);
  for (const values of [[], [Number.NaN], [3], [0, 0]]) {
    const bounds = roundBounds(values);
    assert.ok(bounds.min < bounds.max && bounds.interval > 0, JSON.stringify(bounds));
  }
});

test('a picture of perplexities uses its whole height, and marks what all answer together', () => {
  // With bounds as odd as 24.7 ECharts left the upper two thirds empty.
  const point = (label: string, cost: number, quality: number) => ({
    ...{ label, cost, quality, strategy: 'direct', deviation: null },
  });
  const svg = drawn(
    paretoChart(
      {
        points: [point('teacher', 1e7, 27.385), point('a', 2e5, 49.402), point('b', 2e5, 44.701)],
        levels: [{ label: 'all together', quality: 40 }],
        costLabel: 'Size',
        formatCost: String,
        costTick: String,
        quality: perplexity,
      },
      lightTheme,
      size,
    ),
  );
  const height = Number(/translate\([\d.]+ ([\d.]+)\)"?[^>]*>25</.exec(svg)?.[1]);
  assert.ok(height < 60, `the first tick is at ${height}`);
  assert.ok(svg.includes('all together'));
});

test('a line across a picture lies exactly at its value', () => {
  const point = (quality: number) => ({
    ...{ label: 'a', cost: 1 + quality, quality, strategy: 'direct', deviation: null },
  });
  const chart = (quality: number) =>
    renderSvg(
      paretoChart(
        {
          points: [point(0.92), point(0.94)],
          levels: [{ label: 'level', quality }],
          costLabel: 'Cost',
          formatCost: String,
          costTick: String,
        },
        lightTheme,
        size,
      ),
      lightTheme,
      size,
      'c',
    );
  // By default ECharts would put both at 0.93.
  const lineOf = (svg: string) =>
    /<path d="M[\d.]+ ([\d.]+)L[\d.]+ \1"[^>]*stroke-dasharray="[^"]*"/.exec(svg)?.[1];
  const [lower, upper] = [lineOf(chart(0.9274)), lineOf(chart(0.9326))];
  assert.ok(lower && upper && Number(lower) - Number(upper) > 20, `${lower}, ${upper}`);
});

test('continuations of several experiments stand beside each other by their prompts, the teacher once', () => {
  const continuations = (student: string) => [
    { prompt: 'Call me', reference: ' Ishmael', texts: { student, teacher: ' Ahab', 'peer-2': ' Bob' } },
  ];
  const runs = ['direct', 'response'].map((kind, index) => {
    const run = someRun({ strategy: { kind } as never, experiment: kind });
    return { ...run, result: { ...run.result!, continuations: continuations(` ${index}`) } };
  });
  const [prompt, ...others] = sharedPrompts(compareRuns(runs));
  assert.equal(others.length, 0);
  assert.deepEqual(
    prompt!.writings.map(({ label, text }) => [label, text]),
    [
      ['Teacher, mlp 1200-1200', ' Ahab'],
      ['direct', ' 0'],
      ['direct, peer-2', ' Bob'],
      ['response', ' 1'],
      ['response, peer-2', ' Bob'],
    ],
  );
  assert.deepEqual(sharedPrompts(compareRuns([someRun()])), []);
});
