import type { ReliabilityBin } from '../figures/reliability.ts';
import { formatCount, formatPercent } from '../formatting.ts';
import { axis, type Chart, frame, legendBelow, legendSigns, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor, strategyMarker } from './drawing/chart-theme.ts';
import { shortLabels } from './drawing/short-labels.ts';
import { percentTick } from './drawing/tick-labels.ts';

export interface ReliabilityInput {
  readonly models: readonly (Coloured & {
    readonly label: string;
    readonly bins: readonly ReliabilityBin[];
  })[];
}

/** How often a model is right when it is as sure as it says (Guo et al. 2017): on the diagonal it is calibrated. */
export function reliabilityChart(
  input: ReliabilityInput,
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const models = input.models.map((model) => ({
    ...model,
    bins: model.bins.flatMap(({ count, confidence, accuracy }) =>
      count > 0 && confidence !== null && accuracy !== null && Number.isFinite(confidence + accuracy)
        ? [{ count, confidence, accuracy }]
        : [],
    ),
  }));
  const names = shortLabels(
    models.map(({ label }) => label),
    legendSigns(size),
  );
  const below = legendBelow(theme, names, size, { itemWidth: 16, data: names });
  const share = {
    type: 'value',
    min: 0,
    max: 1,
    axisLabel: { formatter: percentTick },
  };
  return {
    title: 'Confidence against accuracy',
    caption:
      'Answers in 15 bins by how sure the model is of them; large marks stand for many. Below the diagonal it is surer than it should be.',
    description: `${models
      .map((model) => {
        const samples = model.bins.reduce((sum, bin) => sum + bin.count, 0);
        if (samples === 0) return `${short(model.label, 60)} has no answers`;
        const gap = model.bins.reduce(
          (sum, bin) => sum + ((bin.confidence - bin.accuracy) * bin.count) / samples,
          0,
        );
        const how = gap > 0.005 ? 'too sure' : gap < -0.005 ? 'too unsure' : 'as sure as it should be';
        return `${short(model.label, 60)} is on average ${how} (${formatPercent(Math.abs(gap), 1)})`;
      })
      .join('; ')}.`,
    height: 300 + below.height,
    columns: ['Model', 'Confidence', 'Accuracy', 'Samples'],
    rows: models.flatMap((model) =>
      model.bins.map((bin) => [
        model.label,
        formatPercent(bin.confidence, 1),
        formatPercent(bin.accuracy, 1),
        formatCount(bin.count),
      ]),
    ),
    option: {
      ...frame(theme, { bottom: 8 + below.height }),
      legend: below.legend,
      xAxis: axis(theme, { ...share, name: 'confidence', nameGap: 26 }),
      yAxis: axis(theme, { ...share, name: 'accuracy', nameGap: 38 }),
      series: [
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [0, 0],
            [1, 1],
          ],
          lineStyle: { color: theme.muted, width: 1, type: 'dashed' },
        },
        ...models.map((model, index) => ({
          type: 'line' as const,
          name: names[index]!,
          ...strategyMarker(theme, model),
          symbolSize: (_: unknown, params: { dataIndex: number }) => markSize(model.bins, params.dataIndex),
          showSymbol: true,
          data: model.bins.map((bin) => [bin.confidence, bin.accuracy]),
          lineStyle: { color: strategyColor(theme, model), width: 1.5, opacity: 0.75 },
          tooltip: {
            formatter: (params: unknown) => {
              const bin = model.bins[(params as { dataIndex: number }).dataIndex]!;
              return `${short(model.label, 60)}\n${formatPercent(bin.confidence, 1)} sure, ${formatPercent(bin.accuracy, 1)} right, of ${formatCount(bin.count)}`;
            },
          },
        })),
      ],
    },
  };
}

/** The area follows the number of answers: what rests on few of them must not catch the eye. */
function markSize(bins: readonly { readonly count: number }[], index: number): number {
  const most = Math.max(...bins.map(({ count }) => count));
  return 4 + 10 * Math.sqrt((bins[index]?.count ?? 0) / most);
}
