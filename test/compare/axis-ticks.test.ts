import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import { isTall } from '../../src/compare/charts/drawing/chart-frame.ts';
import { lightTheme } from '../../src/compare/charts/drawing/chart-theme.ts';
import {
  bytesTick,
  countTick,
  millisecondsTick,
  natsTick,
  numberTick,
  percentTick,
  pointsTick,
  progressTicks,
} from '../../src/compare/charts/drawing/tick-labels.ts';
import { lossTermsChart } from '../../src/compare/charts/loss-terms-chart.ts';
import { paretoChart } from '../../src/compare/charts/pareto-chart.ts';
import { perClassChart } from '../../src/compare/charts/per-class-chart.ts';
import { renderSvg } from '../../src/compare/reports/svg.ts';
import { accuracies, size } from './drawn-marks.ts';

const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!);

test('no two ticks of an axis read the same, and each reads as what it is', () => {
  const step = fc
    .tuple(fc.constantFrom(1, 2, 5), fc.integer({ min: -6, max: 8 }))
    .map(([lead, power]) => lead * 10 ** power);
  fc.assert(
    fc.property(step, fc.integer({ min: -2000, max: 2000 }), (interval, first) => {
      const ticks = [0, 1, 2, 3, 4, 5].map((index) => Number(((first + index) * interval).toPrecision(12)));
      for (const label of [numberTick, percentTick, pointsTick, natsTick])
        assert.equal(new Set(ticks.map(label)).size, ticks.length, ticks.map(label).join(', '));
      const costs = ticks.map(Math.abs).filter((tick, index, all) => all.indexOf(tick) === index);
      for (const label of [bytesTick, millisecondsTick, countTick])
        assert.equal(new Set(costs.map(label)).size, costs.length, costs.map(label).join(', '));
      for (const tick of ticks)
        assert.ok(
          Math.abs(Number(numberTick(tick).replaceAll(',', '').replace('−', '-')) - tick) <=
            1e-9 * Math.abs(tick),
        );
    }),
  );
  assert.deepEqual([0, 0.0005, 0.001].map(percentTick), ['0 %', '0.05 %', '0.1 %']);
  assert.deepEqual([203_200, 1.5e6].map(bytesTick), ['203.2 kB', '1.5 MB']);
  assert.equal(pointsTick(-0.005), '−0.5 pp');
});

test('an axis of progress has no number for an end of the data that falls between its ticks', () => {
  assert.deepEqual([1, 2, 4, 6, 8, 9].map(progressTicks(1, 9)), ['', '2', '4', '6', '8', '']);
  assert.deepEqual([0, 2, 9.36].map(progressTicks(0, 9.36)), ['0', '2', '']);
  assert.deepEqual([0, 6, 12].map(progressTicks(0, 12)), ['0', '6', '12']);
  assert.deepEqual([3].map(progressTicks(3, 3)), ['3']);
});

test('axes of narrow ranges have ticks that differ', () => {
  const curve = (values: readonly number[], percent: boolean) =>
    curvesChart(
      {
        ...{ metric: 'm', percent, xLabel: 'minutes of training' },
        curves: [
          { label: 'a', strategy: 'direct', points: values.map((mean, index) => ({ x: index / 90, mean })) },
        ],
      },
      lightTheme,
      size,
    );
  for (const [values, percent] of [
    [[0, 0.0001, 0.0007, 0.001], true],
    [[0.98012, 0.98015, 0.98019], true],
    [[0, 0.03, 0.11], false],
    [[1.00001, 1.00002, 1.00003], false],
  ] as const) {
    const texts = textsOf(renderSvg(curve(values, percent), lightTheme, size, 'c'));
    const ticks = percent
      ? texts.filter((text) => text.endsWith('%'))
      : texts.filter((text) => /\d/.test(text));
    assert.ok(ticks.length >= 3, texts.join());
    if (percent) assert.equal(new Set(ticks).size, ticks.length, ticks.join());
  }
  const equal = paretoChart(
    {
      points: [0.9, 0.91].map((quality) => ({
        ...{ label: `q ${quality}`, strategy: 'direct', cost: 203_640, quality, deviation: null },
      })),
      ...{ costLabel: 'Size', formatCost: String, costTick: bytesTick },
    },
    lightTheme,
    size,
  );
  const bytes = textsOf(renderSvg(equal, lightTheme, size, 'c')).filter((text) => / k?B$/.test(text));
  assert.ok(bytes.length >= 2);
  assert.equal(new Set(bytes).size, bytes.length, bytes.join());
});

test('values lie on a logarithmic axis where it is asked for, and where they allow it', () => {
  const chart = (values: readonly number[]) =>
    curvesChart(
      {
        ...{ metric: 'loss', percent: false, xLabel: 'epoch', logarithmic: true },
        curves: [{ label: 'a', strategy: 'direct', points: values.map((mean, x) => ({ x, mean })) }],
      },
      lightTheme,
      size,
    );
  const some = chart([100, 10, 1, 0.1]);
  assert.equal((some.option.yAxis as { type: string }).type, 'log');
  assert.ok(textsOf(renderSvg(some, lightTheme, size, 'c')).includes('10'));
  const none = chart([1, 0]);
  assert.equal((none.option.yAxis as { type: string }).type, 'value');
  assert.match(none.caption, /Not logarithmic/);
});

test('the lines across a logarithmic picture are those that have a number', () => {
  const chart = accuracies('high', true);
  const { axisTick, axisLabel } = chart.option.yAxis as Record<string, { customValues?: number[] }>;
  assert.deepEqual(axisTick?.customValues, axisLabel?.customValues);
  assert.ok(axisLabel!.customValues!.length >= 3, `${axisLabel!.customValues}`);
  const svg = renderSvg(chart, lightTheme, size, 'c');
  const across = [...svg.matchAll(/<path[^>]*d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g)].filter(
    ([, left, top, right, bottom]) => top === bottom && Number(right) - Number(left) > size.width / 2,
  );
  assert.ok(across.length >= axisLabel!.customValues!.length, svg);
});

test('whether a picture of many names has a row of its own does not follow its width', () => {
  for (let count = 1; count <= 80; count++) {
    const models = Array.from({ length: count }, (_, index) => ({
      ...{ label: `an experiment with a long name, ${index}`, strategy: 'direct' },
      ...{ points: [{ x: 0, mean: 1 }], accuracy: [0.9, 0.8] },
    }));
    const curves = { metric: 'loss', percent: false, xLabel: 'epoch', curves: models };
    for (const chartIn of [
      (width: number) => curvesChart(curves, lightTheme, { width }),
      (width: number) => perClassChart({ models }, lightTheme, { width }),
    ]) {
      const widths = [406, 480, 600, 800, 1000, 1500];
      const { title } = chartIn(406);
      assert.equal(
        new Set(widths.map((width) => isTall(chartIn(width)))).size,
        1,
        `${title} of ${count} names`,
      );
      // Others that fill their row stand beside it.
      if (!isTall(chartIn(406))) assert.ok(chartIn(406).height <= 560, `${title} of ${count} names`);
    }
  }
});

test('looked at closer, the terms of a loss reach over the height of their picture', () => {
  const x = [0, 1, 2, 3, 4];
  const chart = lossTermsChart(
    { label: 'a', xLabel: 'epoch', x, terms: [{ name: 'labels', values: [5, 3, 1, 0.4, 0.2] }] },
    lightTheme,
    size,
  );
  const { min, max } = chart.rangeOf!(0.7, 1) as { min: number; max: number };
  assert.equal(min, 0);
  assert.ok(max >= 0.4 && max < 1, `${max}`);
  assert.equal((chart.rangeOf!(0, 1) as { max: unknown }).max, null);
});
