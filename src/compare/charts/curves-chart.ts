import { formatNumber, formatPercent } from '../formatting.ts';
import {
  axis,
  type Chart,
  frame,
  legendBelow,
  legendSigns,
  progressAxis,
  roundLabel,
  short,
} from './chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor } from './chart-theme.ts';

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
  readonly curves: readonly (Coloured & {
    readonly label: string;
    readonly points: readonly CurvePoint[];
  })[];
}

const dashes = ['solid', 'dashed', 'dotted'] as const;

/** One line per strategy, the mean over seeds, with a band from the lowest to the highest seed. */
export function curvesChart(input: CurvesInput, theme: ChartTheme, size: { readonly width: number }): Chart {
  const format = (value: number) => (input.percent ? formatPercent(value, 1) : formatNumber(value));
  const styled = input.curves.map((curve) => {
    return {
      ...curve,
      name: short(curve.label, legendSigns(size)),
      color: strategyColor(theme, curve),
      // Dashes tell lines of one strategy apart; a single line has nothing to be told from.
      dash: input.curves.length === 1 ? 'solid' : dashes[(curve.variant ?? 0) % dashes.length]!,
    };
  });
  const banded = input.curves.some(({ points }) => points.some(hasBand));
  // A single line is what the title says.
  const names = styled.length > 1 ? styled.map(({ name }) => name) : [];
  const below = legendBelow(theme, names, size, { itemWidth: 22, itemHeight: 8, data: names });
  return {
    title: input.metric,
    caption: banded
      ? 'Mean over seeds; the band reaches from the lowest seed to the highest.'
      : styled.length === 1
        ? 'One run.'
        : 'Each line is one run.',
    description: `${input.metric} over ${input.xLabel}: ${styled
      .map(({ label, points }) => {
        const last = points.at(-1);
        return last === undefined
          ? `${short(label, 60)} has no points`
          : `${short(label, 60)} ends at ${format(last.mean)}`;
      })
      .join('; ')}.`,
    height: 250 + below.height,
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
      legend: below.legend,
      xAxis: progressAxis(theme, input.xLabel),
      yAxis: axis(theme, {
        type: 'value',
        scale: true,
        axisLabel: { formatter: (value: number) => roundLabel(format(value)) },
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
