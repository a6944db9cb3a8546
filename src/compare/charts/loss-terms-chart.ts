import { formatNumber } from '../formatting.ts';
import { sample } from './curves-chart.ts';
import {
  axis,
  type Chart,
  frame,
  legendBelow,
  progressAxis,
  progressStart,
  progressTooltip,
  roundBounds,
  short,
} from './drawing/chart-frame.ts';
import { type ChartTheme, hues } from './drawing/chart-theme.ts';
import { numberTick } from './drawing/tick-labels.ts';

export interface LossTermsInput {
  readonly label: string;
  readonly xLabel: string;
  /** One entry per recorded step; each term's `values` runs along with it. Unknown values count as nothing. */
  readonly x: readonly number[];
  readonly terms: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** The parts of a loss on top of each other: which of them the optimizer sees most of. */
export function lossTermsChart(
  input: LossTermsInput,
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const colors = hues(theme);
  const total = (index: number) =>
    input.terms.reduce((sum, term) => sum + Math.max(0, term.values[index] ?? 0), 0);
  const last = input.x.length - 1;
  const indices = sample([...input.x.keys()], 20);
  const [start, end] = [progressStart(Math.min(...input.x), Math.max(...input.x)), Math.max(...input.x)];
  const below = legendBelow(
    theme,
    input.terms.map(({ name }) => short(name, 30)),
    size,
    { icon: 'roundRect' },
  );
  return {
    title: `Terms of the loss: ${short(input.label, 90)}`,
    caption: 'Unweighted, on top of each other; of several seeds their mean.',
    description:
      last < 0
        ? 'No loss has been recorded yet.'
        : `At the end ${input.terms.map((term) => `${short(term.name, 30)} is ${formatNumber(term.values[last])}`).join(', ')}.`,
    height: 260 + below.height,
    progresses: true,
    free: { rising: false, below: below.height },
    rangeOf: (from, to) => {
      if (from <= 0 && to >= 1) return { min: null, max: null, interval: null };
      const seen = input.x.flatMap((x, index) => {
        const share = (x - start) / (end - start);
        return share >= from && share <= to ? [total(index)] : [];
      });
      return { ...roundBounds([0, ...seen], { share: 0.05 }), min: 0 };
    },
    columns: [input.xLabel, ...input.terms.map((term) => term.name), 'Sum'],
    rows: indices.map((index) => [
      formatNumber(input.x[index], 4),
      ...input.terms.map((term) => formatNumber(term.values[index])),
      formatNumber(total(index)),
    ]),
    option: {
      ...frame(theme, { bottom: 8 + below.height }),
      tooltip: progressTooltip(theme, input.xLabel, (index, at) =>
        input.terms[index]
          ? { name: short(input.terms[index].name, 30), text: formatNumber(input.terms[index].values[at]) }
          : null,
      ),
      legend: below.legend,
      xAxis: progressAxis(theme, input.xLabel, [start, end]),
      yAxis: axis(theme, {
        type: 'value',
        axisLabel: { formatter: numberTick },
      }),
      series: input.terms.map((term, index) => ({
        type: 'line' as const,
        name: short(term.name, 30),
        stack: 'loss',
        stackStrategy: 'all' as const,
        symbol: 'none',
        data: input.x.map((x, at) => [x, Math.max(0, term.values[at] ?? 0)]),
        lineStyle: { color: colors[index % colors.length]!, width: 1 },
        itemStyle: { color: colors[index % colors.length]! },
        areaStyle: { color: colors[index % colors.length]!, opacity: 0.55 },
      })),
    },
  };
}
