import { formatCount, formatPercent } from '../formatting.ts';
import { axis, type Chart, frame, roundLabel, short } from './chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor, strategyShape } from './chart-theme.ts';

export interface ReliabilityInput {
  readonly models: readonly (Coloured & {
    readonly label: string;
    readonly bins: readonly {
      readonly confidence: number;
      readonly accuracy: number;
      readonly count: number;
    }[];
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
    bins: model.bins.filter((bin) => bin.count > 0 && Number.isFinite(bin.accuracy)),
  }));
  const rowsOfLegend = Math.ceil(models.length / (size.width >= 480 ? 2 : 1));
  const share = {
    type: 'value',
    min: 0,
    max: 1,
    axisLabel: { formatter: (value: number) => roundLabel(formatPercent(value, 0)) },
  };
  return {
    title: 'Reliability',
    caption: 'Below the diagonal a model is surer than it should be.',
    description: `${models
      .map((model) => {
        const samples = model.bins.reduce((sum, bin) => sum + bin.count, 0);
        const gap = model.bins.reduce(
          (sum, bin) => sum + ((bin.confidence - bin.accuracy) * bin.count) / samples,
          0,
        );
        const how = gap > 0.005 ? 'too sure' : gap < -0.005 ? 'too unsure' : 'as sure as it should be';
        return `${short(model.label, 60)} is on average ${how} (${formatPercent(Math.abs(gap), 1)})`;
      })
      .join('; ')}.`,
    height: 300 + rowsOfLegend * 20,
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
      ...frame(theme, { bottom: 14 + rowsOfLegend * 20 }),
      legend: {
        bottom: 0,
        itemWidth: 16,
        itemHeight: 10,
        textStyle: { color: theme.text, fontFamily: theme.font, fontSize: 11 },
        data: models.map((model) => short(model.label, 40)),
      },
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
        ...models.map((model) => ({
          type: 'line' as const,
          name: short(model.label, 40),
          symbol: strategyShape(model.strategy),
          symbolSize: 8,
          showSymbol: true,
          data: model.bins.map((bin) => [bin.confidence, bin.accuracy]),
          lineStyle: { color: strategyColor(theme, model), width: 2 },
          itemStyle: { color: strategyColor(theme, model) },
        })),
      ],
    },
  };
}
