import { paretoFront } from '../figures/pareto.ts';
import { missing } from '../formatting.ts';
import {
  axis,
  type Chart,
  exactLine,
  frame,
  logTicks,
  padded,
  roundBounds,
  short,
} from './drawing/chart-frame.ts';
import {
  type ChartTheme,
  type Coloured,
  hollow,
  strategyColor,
  strategyMarker,
} from './drawing/chart-theme.ts';
import { type MarkerLabel, markerLabels } from './drawing/marker-labels.ts';
import { accuracy, type Quality } from './drawing/quality.ts';
import { shortLabels } from './drawing/short-labels.ts';
import type { TickLabel } from './drawing/tick-labels.ts';
import { type Whisker, whiskers } from './drawing/whiskers.ts';

export interface ParetoPoint extends Coloured {
  readonly label: string;
  readonly cost: number;
  readonly quality: number;
  readonly deviation: number | null;
}

export interface ParetoInput {
  readonly points: readonly ParetoPoint[];
  readonly costLabel: string;
  /** Accuracy unless told. */
  readonly quality?: Quality;
  readonly formatCost: (cost: number) => string;
  /** How a round cost is written at the axis. */
  readonly costTick: TickLabel;
  /** Marks to hold the points against, which are no measurements. */
  readonly references?: readonly {
    readonly label: string;
    readonly cost: number;
    readonly quality: number;
  }[];
  /** What is as good as this at a cost that is not known. */
  readonly levels?: readonly { readonly label: string; readonly quality: number }[];
}

/** Models of which each is named; of more only those on the front. */
const mostNamed = 12;

/** Accuracy against a cost, with the front of what no other model beats. */
export function paretoChart(input: ParetoInput, theme: ChartTheme, size: { readonly width: number }): Chart {
  const judged = input.quality ?? accuracy;
  const sign = judged.lowerIsBetter ? -1 : 1;
  // The best is at the top of the picture, and labels are placed from there on down.
  const points = input.points
    .filter((point) => Number.isFinite(point.cost) && Number.isFinite(point.quality))
    .sort((a, b) => sign * (b.quality - a.quality));
  const front = paretoFront(
    points.map((point) => ({ point, cost: point.cost, quality: sign * point.quality })),
  ).map(({ point }) => point);
  const references = input.references ?? [];
  const levels = (input.levels ?? []).filter((level) => Number.isFinite(level.quality));
  const costs = [...points, ...references].map((point) => point.cost);
  const wide = Math.max(...costs) / Math.min(...costs) > 4 && Math.min(...costs) > 0;
  const ends = points.flatMap((point) => [
    point.quality + (point.deviation ?? 0),
    point.quality - (point.deviation ?? 0),
  ]);
  const quality = roundBounds([...ends, ...[...references, ...levels].map((one) => one.quality)], {
    highest: judged.highest,
  });
  const bars: Whisker[] = points.flatMap((point) =>
    point.deviation
      ? [
          {
            at: point.cost,
            low: point.quality - point.deviation,
            high: point.quality + point.deviation,
            color: strategyColor(theme, point),
          },
        ]
      : [],
  );
  const low = Math.min(...costs);
  const high = Math.max(...costs);
  const labelled = size.width >= 480 ? 36 : size.width >= 380 ? 28 : 20;
  // The front as it is drawn: level, then upright.
  const steps = front.slice(1).flatMap((point, index) => {
    const before = front[index]!;
    const corner = [point.cost, before.quality] as const;
    return [
      [[before.cost, before.quality], corner],
      [corner, [point.cost, point.quality]],
    ] as const;
  });
  // What lies on the front is named first, then the others from the best on, as far as that is no crowd.
  const crowd = points.length > mostNamed;
  const named = [...[...front].reverse(), ...(crowd ? [] : points.filter((point) => !front.includes(point)))];
  const texts = shortLabels(
    named.map(({ label }) => label),
    labelled,
  );
  const names: MarkerLabel[] = named.map(({ cost, quality, deviation }, index) => ({
    at: [cost, quality],
    text: texts[index]!,
    size: 11,
    color: theme.text,
    whisker: deviation ? [quality - deviation, quality + deviation] : undefined,
  }));
  names.push(
    ...references.map(
      ({ label, cost, quality }): MarkerLabel => ({
        at: [cost, quality],
        text: short(label, labelled + 8),
        size: 10,
        color: theme.muted,
      }),
    ),
  );
  return {
    title: `${judged.label} against ${input.costLabel.toLowerCase()}`,
    caption: [
      'Up and to the left is better; the dashed line joins what no other model beats.',
      ...(crowd ? ['Only what it joins is named; point at a mark for the others.'] : []),
    ].join(' '),
    description: describe(points, front, input, judged),
    height: size.width >= 480 ? 340 : 300,
    columns: ['Model', 'Strategy', input.costLabel, judged.label, 'On the front'],
    rows: points
      .map((point) => [
        point.label,
        point.strategy,
        input.formatCost(point.cost),
        judged.format(point.quality),
        front.includes(point) ? 'yes' : 'no',
      ])
      .concat(levels.map(({ label, quality }) => [label, missing, missing, judged.format(quality), missing])),
    option: {
      ...frame(theme, { bottom: 8, right: 28 }),
      xAxis: axis(theme, {
        type: wide ? 'log' : 'value',
        name: input.costLabel,
        nameGap: 28,
        ...(wide ? { min: low / 1.6, max: high * 1.6 } : padded(costs, low === high ? 2 : 0.15)),
        splitLine: { show: false },
        axisLine: { show: true, lineStyle: { color: theme.line } },
        axisLabel: {
          hideOverlap: true,
          showMinLabel: wide,
          showMaxLabel: wide,
          formatter: input.costTick,
          ...(wide ? { customValues: logTicks(low / 1.6, high * 1.6) } : {}),
        },
      }),
      yAxis: axis(theme, {
        type: 'value',
        inverse: judged.lowerIsBetter,
        ...quality,
        axisLabel: { formatter: judged.tick },
      }),
      series: [
        {
          type: 'line',
          silent: true,
          data: front.map((point) => [point.cost, point.quality]),
          step: 'end',
          showSymbol: false,
          lineStyle: { color: theme.muted, width: 1.5, type: 'dashed' },
          z: 1,
          markLine: {
            ...exactLine,
            data: levels.map(({ label, quality }) => ({ name: label, yAxis: quality })),
            lineStyle: { color: theme.muted, width: 1, type: 'dotted' },
            label: {
              position: 'insideStartTop',
              color: theme.muted,
              fontFamily: theme.font,
              fontSize: 11,
              formatter: ({ name }) => short(name, labelled),
            },
          },
        },
        whiskers(bars, 'vertical'),
        {
          type: 'scatter',
          symbolSize: 12,
          z: 4,
          data: points.map((point) => ({
            name: point.label,
            value: [point.cost, point.quality],
            ...strategyMarker(theme, point),
          })),
          clip: false,
          tooltip: {
            formatter: (params) => {
              const point = points[(params as { dataIndex: number }).dataIndex]!;
              return `${short(point.label, 60)}\n${judged.format(point.quality)} at ${input.formatCost(point.cost)}`;
            },
          },
        },
        {
          type: 'scatter',
          symbol: 'diamond',
          symbolSize: 10,
          silent: true,
          z: 2,
          data: references.map((reference) => ({
            name: reference.label,
            value: [reference.cost, reference.quality],
          })),
          itemStyle: hollow(theme.muted, 0.9),
        },
        markerLabels(names, theme, steps),
      ],
    },
  };
}

function describe(
  points: readonly ParetoPoint[],
  front: readonly ParetoPoint[],
  input: ParetoInput,
  judged: Quality,
): string {
  if (points.length === 0) return 'No model has both figures yet.';
  const best = front.at(-1)!;
  const cheapest = front[0]!;
  const one = (point: ParetoPoint) =>
    `${short(point.label, 60)} (${judged.format(point.quality)} at ${input.formatCost(point.cost)})`;
  return front.length === 1
    ? `${points.length} models; ${one(best)} is at once the best and the cheapest.`
    : `${points.length} models, ${front.length} of them on the front, from ${one(cheapest)} to ${one(best)}.`;
}
