import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import { isTall, tooltipPlace } from '../../src/compare/charts/drawing/chart-frame.ts';
import {
  darkTheme,
  lightTheme,
  lineColor,
  strategyColor,
  strategyMarker,
} from '../../src/compare/charts/drawing/chart-theme.ts';
import { placeLabels, type Rect } from '../../src/compare/charts/drawing/label-layout.ts';
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
import { renderSvg } from '../../src/compare/reports/svg.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';

const size = { width: 540 };
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

test('every mark can be seen on the ground of each theme, in each of its variants', () => {
  const luminance = (color: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const contrast = (one: string, other: string) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high! + 0.05) / (low! + 0.05);
  };
  // Grounds of VS Code's own themes, and of the report.
  for (const [base, surfaces] of [
    [lightTheme, ['#ffffff', lightTheme.surface]],
    [darkTheme, ['#1f1f1f', '#000000', darkTheme.surface]],
  ] as const)
    for (const surface of surfaces) {
      const theme = { ...base, surface };
      const marks = Object.keys(base.strategies).flatMap((strategy) =>
        [0, 1, 2].map(
          (variant) => [`${strategy} ${variant}`, strategyColor(theme, { strategy, variant })] as const,
        ),
      );
      for (const [name, color] of [
        ...marks,
        ...(['good', 'bad', 'unsure', 'muted', 'heat'] as const).map((role) => [role, base[role]] as const),
      ])
        assert.ok(
          contrast(color, surface) >= 3,
          `${name}, ${color} on ${surface}: ${contrast(color, surface)}`,
        );
      for (const role of ['text', 'muted'] as const)
        assert.ok(contrast(base[role], surface) >= 4.5, `${role} on ${surface}`);
    }
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

const overlap = (one: Rect, other: Rect) =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

test('labels of markers never lie on each other, on a marker, or outside the picture', () => {
  const bounds = { x: 40, y: 0, width: 500, height: 300 };
  const marker = fc.record({
    x: fc.integer({ min: 50, max: 530 }),
    y: fc.integer({ min: 10, max: 290 }),
    radius: fc.constant(7),
    width: fc.integer({ min: 20, max: 220 }),
    height: fc.constant(14),
  });
  fc.assert(
    fc.property(fc.array(marker, { maxLength: 30 }), (markers) => {
      const placed = placeLabels(markers, bounds);
      assert.equal(placed.length, markers.length);
      const labels = placed.filter((place) => place !== null);
      for (const [index, label] of labels.entries()) {
        for (const other of labels.slice(index + 1)) assert.ok(!overlap(label, other));
        for (const { x, y, radius } of markers)
          assert.ok(!overlap(label, { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }));
        assert.ok(label.x >= bounds.x && label.x + label.width <= bounds.x + bounds.width);
        assert.ok(label.y >= bounds.y && label.y + label.height <= bounds.y + bounds.height);
      }
    }),
  );
});

test('a front as crowded as an ordinary comparison has a label for each of its models', () => {
  const markers = Array.from({ length: 9 }, (_, index) => ({
    ...{ x: 120 + (index % 3), y: 100 + index * 6, radius: 7, width: 150, height: 14 },
  }));
  const placed = placeLabels(markers, { x: 40, y: 0, width: 500, height: 320 });
  assert.ok(placed.every((place) => place !== null));
  assert.ok(
    placed.some((place) => place.led),
    'those far away are joined to their marker',
  );
});

test('a hollow mark hides nothing that lies behind it', () => {
  const kinds = strategySchema.options.map((option) => option.shape.kind.value as string);
  for (const theme of [lightTheme, darkTheme])
    for (const strategy of [...kinds, 'unheard of']) {
      const { symbol, itemStyle } = strategyMarker(theme, { strategy });
      // ECharts fills the symbols that it calls empty with white.
      assert.doesNotMatch(symbol, /^empty/);
      if (itemStyle.borderColor !== undefined) assert.equal(itemStyle.color, 'transparent');
    }
  const sequence = strategyMarker(darkTheme, { strategy: 'sequence' });
  assert.equal(sequence.itemStyle.color, 'transparent');
});

test('seeds that are drawn singly differ in color, alone and beside others', () => {
  for (const theme of [lightTheme, darkTheme])
    for (const alone of [true, false])
      for (const of of [2, 3, 5, 8]) {
        const colors = Array.from({ length: of }, (_, index) =>
          lineColor(theme, { strategy: 'response' }, { index, of, alone }),
        );
        assert.equal(new Set(colors).size, of, colors.join());
      }
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

/** Curves that end at 40 % or at 8 %. */
const accuracies = (ends: 'high' | 'low', logarithmic: boolean) =>
  curvesChart(
    {
      ...{ metric: 'accuracy', percent: true, xLabel: 'epoch', logarithmic },
      curves: ['a', 'b'].map((label) => ({
        ...{ label, strategy: 'direct' },
        points: (ends === 'high' ? [0.08, 0.3, 0.4] : [0.4, 0.1, 0.08]).map((mean, x) => ({ x, mean })),
      })),
    },
    lightTheme,
    size,
  );

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

test('what is said of the pointed-at lies in the other half, where the curves are not, and never over the axis', () => {
  const box: [number, number] = [180, 80];
  for (const ends of ['high', 'low'] as const) {
    const { height, free } = accuracies(ends, false);
    assert.equal(free!.rising, ends === 'high');
    const picture = { width: size.width, height };
    const [left, low] = tooltipPlace(100, box, picture, free!);
    assert.ok(left > 100 && left + 180 < size.width);
    const [other, high] = tooltipPlace(size.width - 100, box, picture, free!);
    assert.ok(other > 0 && other + 180 < size.width - 100);
    // A legend has at least a line.
    for (const top of [low, high]) assert.ok(top >= 0 && top + 80 <= height - 40 - 20, `${top} of ${height}`);
    assert.equal(low > high, ends === 'high');
  }
});

test('what is said of many curves at once leaves the axis to be seen', () => {
  const curves = Array.from({ length: 30 }, (_, index) => ({
    ...{ label: `experiment ${index}`, strategy: 'direct' },
    points: [{ x: 0, mean: index }],
  }));
  const chart = curvesChart(
    { ...{ metric: 'loss', percent: false, xLabel: 'epoch' }, curves },
    lightTheme,
    size,
  );
  const { formatter } = chart.option.tooltip as { formatter: (pointed: unknown) => string };
  const pointed = curves.map((_, index) => ({
    ...{ seriesIndex: index, dataIndex: 0, value: [0, index], marker: '' },
  }));
  const lines = formatter(pointed).split('\n');
  assert.match(lines.at(-1)!, /^… and \d+ more$/);
  const height = lines.length * 19 + 16;
  const picture = { width: size.width, height: chart.height };
  for (const rising of [true, false]) {
    const [, top] = tooltipPlace(100, [180, height], picture, { ...chart.free!, rising });
    const axis = chart.height - chart.free!.below - 48;
    assert.ok(top >= 0 && top + height <= axis, `${top} to ${top + height}, the axis at ${axis}`);
  }
});

test('whether a picture of curves has a row of its own does not follow its width', () => {
  for (let count = 1; count <= 80; count++) {
    const curves = Array.from({ length: count }, (_, index) => ({
      ...{ label: `an experiment with a long name, ${index}`, strategy: 'direct' },
      points: [{ x: 0, mean: 1 }],
    }));
    const chartIn = (width: number) =>
      curvesChart({ ...{ metric: 'loss', percent: false, xLabel: 'epoch' }, curves }, lightTheme, { width });
    const widths = [406, 480, 600, 800, 1000, 1500];
    assert.equal(new Set(widths.map((width) => isTall(chartIn(width)))).size, 1, `${count} curves`);
    // Others that fill their row stand beside it.
    if (!isTall(chartIn(406))) assert.ok(chartIn(406).height <= 560, `${count} curves`);
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
