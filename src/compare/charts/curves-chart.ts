import { formatNumber, formatPercent } from '../formatting.ts';
import {
  axis,
  type Chart,
  frame,
  legendBelow,
  legendSigns,
  logTicks,
  progressAxis,
  progressStart,
  progressTooltip,
  roundBounds,
  short,
} from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, lineColor, strategyColor } from './drawing/chart-theme.ts';
import { shortLabels } from './drawing/short-labels.ts';
import { numberTick, percentTick } from './drawing/tick-labels.ts';

export interface CurvePoint {
  readonly x: number;
  readonly mean: number;
  /** Lowest and highest over seeds, where there are several. */
  readonly low?: number;
  readonly high?: number;
}

export interface CurvesInput {
  readonly metric: string;
  /** Whether the values are fractions to be shown as percentages. */
  readonly percent: boolean;
  readonly xLabel: string;
  /** Whether the values lie on a logarithmic axis, as far as all of them are above zero. */
  readonly logarithmic?: boolean;
  readonly curves: readonly (Coloured & {
    readonly label: string;
    /** Where a group of seeds has a line for each, which of how many this is. */
    readonly line?: { readonly index: number; readonly of: number };
    readonly points: readonly CurvePoint[];
  })[];
}

const dashes = ['solid', 'dashed', 'dotted'] as const;

/** One line per strategy, the mean over seeds, with a band from the lowest to the highest seed. */
export function curvesChart(input: CurvesInput, theme: ChartTheme, size: { readonly width: number }): Chart {
  const format = (value: number) => (input.percent ? formatPercent(value) : formatNumber(value, 4));
  const strategies = new Set(input.curves.map(({ strategy, variant = 0 }) => `${strategy} ${variant}`));
  const labels = input.curves.map(({ label }) => label);
  const legendNames = shortLabels(labels, legendSigns(size));
  const pointedNames = shortLabels(labels, size.width >= 600 ? 40 : 26);
  const styled = input.curves.map((curve, index) => {
    const { line } = curve;
    const number = line ? line.index : (curve.variant ?? 0);
    return {
      ...curve,
      name: legendNames[index]!,
      pointed: pointedNames[index]!,
      color: line
        ? lineColor(theme, curve, { ...line, alone: strategies.size === 1 })
        : strategyColor(theme, curve),
      // Dashes tell lines of one strategy apart; a single line has nothing to be told from.
      dash: input.curves.length === 1 ? 'solid' : dashes[number % dashes.length]!,
    };
  });
  const values = input.curves.flatMap(({ points }) =>
    points.flatMap((point) => [point.low ?? point.mean, point.high ?? point.mean]),
  );
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const logarithmic = input.logarithmic === true && lowest > 0 && Number.isFinite(highest);
  const rising = styled.some(({ points }) => points.length > 1 && points.at(-1)!.mean > points[0]!.mean);
  const xs = input.curves.flatMap(({ points }) => points.map(({ x }) => x));
  const [start, end] = [progressStart(Math.min(...xs), Math.max(...xs)), Math.max(...xs)];
  const at = (low: number, high: number) => ({ customValues: logTicks(low / 1.08, high * 1.08) });
  const vertical = (low: number, high: number) => ({
    ...(logarithmic ? { min: low / 1.08, max: high * 1.08 } : {}),
    axisLabel: { formatter: input.percent ? percentTick : numberTick, ...(logarithmic && at(low, high)) },
    // Lines across the picture stand where ticks would.
    ...(logarithmic && { axisTick: { show: false, ...at(low, high) } }),
  });
  const spoken = styled.flatMap(({ points }, index) => [
    ...(points.some(hasBand) ? [null, null] : []),
    index,
  ]);
  const banded = input.curves.some(({ points }) => points.some(hasBand));
  // A single line is what the title says.
  const names = styled.length > 1 ? styled.map(({ name }) => name) : [];
  const below = legendBelow(theme, names, size, { itemWidth: 22, itemHeight: 8, data: names });
  return {
    title: input.metric,
    caption: [
      banded
        ? 'Mean over seeds; the band reaches from the lowest seed to the highest.'
        : styled.length === 1
          ? 'One run.'
          : 'Each line is one run.',
      ...(input.logarithmic && !logarithmic && values.length > 0
        ? ['Not logarithmic: some values are not above zero.']
        : []),
    ].join(' '),
    description: `${input.metric} over ${input.xLabel}: ${styled
      .map(({ label, points }) => {
        const last = points.at(-1);
        return last === undefined
          ? `${short(label, 60)} has no points`
          : `${short(label, 60)} ends at ${format(last.mean)}`;
      })
      .join('; ')}.`,
    height: 250 + below.height,
    tall: below.tall,
    progresses: true,
    free: { rising, below: below.height },
    rangeOf: (from, to) => {
      if (from <= 0 && to >= 1) return { min: null, max: null, interval: null, ...vertical(lowest, highest) };
      const [left, right] = [start + from * (end - start), start + to * (end - start)];
      const seen = input.curves.flatMap(({ points }) =>
        points.filter(
          (_, index) => (points[index + 1]?.x ?? left) >= left && (points[index - 1]?.x ?? right) <= right,
        ),
      );
      const ends = seen.flatMap((point) => [point.low ?? point.mean, point.high ?? point.mean]);
      return logarithmic
        ? vertical(Math.min(...ends), Math.max(...ends))
        : roundBounds(ends, { share: 0.05 });
    },
    columns: ['Strategy', input.xLabel, 'Mean', 'Lowest', 'Highest'],
    rows: input.curves.flatMap((curve) =>
      sample(curve.points, 20).map((point) => [
        curve.label,
        formatNumber(point.x, 4),
        format(point.mean),
        format(point.low ?? point.mean),
        format(point.high ?? point.mean),
      ]),
    ),
    option: {
      ...frame(theme, { top: 14, bottom: 8 + below.height }),
      tooltip: progressTooltip(theme, input.xLabel, (series, at) => {
        const curve = styled[spoken[series] ?? -1];
        const point = curve?.points[at];
        if (!point) return null;
        const ends = [point.low, point.high].map((end) => format(end ?? point.mean).replace(/ %$/, ''));
        const band = size.width >= 480 && hasBand(point) ? ` (${ends.join('–')})` : '';
        return { name: curve.pointed, text: format(point.mean) + band };
      }),
      legend: below.legend,
      xAxis: progressAxis(theme, input.xLabel, [start, end]),
      yAxis: axis(theme, {
        ...(logarithmic ? { type: 'log' } : { type: 'value', scale: true }),
        ...vertical(lowest, highest),
      }),
      series: styled.flatMap(({ name, color, dash, points }, index) => [
        ...(points.some(hasBand)
          ? [
              {
                type: 'line' as const,
                silent: true,
                stack: `band${index}`,
                stackStrategy: 'all' as const,
                showSymbol: false,
                lineStyle: { opacity: 0 },
                itemStyle: { color },
                data: points.map((point) => [point.x, point.low ?? point.mean]),
              },
              {
                type: 'line' as const,
                silent: true,
                stack: `band${index}`,
                stackStrategy: 'all' as const,
                showSymbol: false,
                lineStyle: { opacity: 0 },
                itemStyle: { color },
                areaStyle: { color, opacity: 0.16 },
                data: points.map((point) => [
                  point.x,
                  (point.high ?? point.mean) - (point.low ?? point.mean),
                ]),
              },
            ]
          : []),
        {
          type: 'line' as const,
          name,
          symbol: points.length === 1 ? 'circle' : 'none',
          symbolSize: 7,
          sampling: 'lttb' as const,
          data: points.map((point) => [point.x, point.mean]),
          lineStyle: { color, width: 2, type: dash },
          itemStyle: { color },
        },
      ]),
    },
  };
}

const hasBand = (point: CurvePoint) => point.low !== undefined && point.low !== point.high;

/** At most `count` of the points, evenly spread, with the first and the last. */
export function sample<T>(points: readonly T[], count: number): T[] {
  if (points.length <= count) return [...points];
  return Array.from(
    { length: count },
    (_, index) => points[Math.round((index * (points.length - 1)) / (count - 1))]!,
  );
}
