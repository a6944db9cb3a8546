import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { curvesChart } from '../../src/compare/charts/curves-chart.ts';
import { tooltipPlace } from '../../src/compare/charts/drawing/chart-frame.ts';
import {
  darkTheme,
  lightTheme,
  lineColor,
  strategyColor,
  strategyMarker,
} from '../../src/compare/charts/drawing/chart-theme.ts';
import { placeLabels, type Rect } from '../../src/compare/charts/drawing/label-layout.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import { accuracies, size } from './drawn-marks.ts';

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
