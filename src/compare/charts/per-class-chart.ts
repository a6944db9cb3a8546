import { formatPercent } from '../formatting.ts';
import { axis, type Chart, frame, legendBelow, legendSigns, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, strategyMarker } from './drawing/chart-theme.ts';
import { shortLabels } from './drawing/short-labels.ts';
import { percentTick } from './drawing/tick-labels.ts';

export interface PerClassInput {
  readonly classNames?: readonly string[];
  readonly models: readonly (Coloured & {
    readonly label: string;
    /** Share of each label's samples predicted as it; null for a label without samples. */
    readonly accuracy: readonly (number | null)[];
  })[];
}

/** Accuracy of each class, teacher and students side by side. */
export function perClassChart(
  input: PerClassInput,
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const classes = Math.max(0, ...input.models.map((model) => model.accuracy.length));
  const names = Array.from({ length: classes }, (_, index) => input.classNames?.[index] ?? String(index));
  const values = input.models.flatMap((model) => model.accuracy.filter((value) => value !== null));
  const reach = 1 - Math.min(1, ...values);
  const interval = reach < 0.09 ? 0.02 : reach < 0.24 ? 0.05 : 0.2;
  const lowest = Math.max(0, 1 - Math.ceil((reach + 0.01) / interval) * interval);
  const labels = input.models.map(({ label }) => label);
  const shown = shortLabels(labels, legendSigns(size));
  const below = legendBelow(theme, shown, size, {
    formatter: (label: string) => shown[labels.indexOf(label)] ?? label,
  });
  return {
    title: 'Accuracy by class',
    caption: 'Share of the samples of each class that are recognised as it.',
    description: `${input.models
      .map((model) => {
        const known = model.accuracy.flatMap((value, label) => (value === null ? [] : [{ value, label }]));
        if (known.length === 0) return `${short(model.label, 60)}: no samples`;
        const worst = known.reduce((low, one) => (one.value < low.value ? one : low));
        return `${short(model.label, 60)} is weakest on ${short(names[worst.label]!, 30)} (${formatPercent(worst.value)})`;
      })
      .join('; ')}.`,
    height: 240 + below.height,
    tall: below.tall,
    columns: ['Class', ...input.models.map((model) => model.label)],
    rows: names.map((name, label) => [
      name,
      ...input.models.map((model) => formatPercent(model.accuracy[label] ?? null)),
    ]),
    option: {
      ...frame(theme, { bottom: 8 + below.height }),
      legend: below.legend,
      xAxis: axis(theme, {
        type: 'category',
        data: names,
        splitLine: { show: true, lineStyle: { color: theme.line, type: 'dotted' } },
        axisLabel: { hideOverlap: true, formatter: (name: string) => short(name, 12) },
      }),
      yAxis: axis(theme, {
        type: 'value',
        min: lowest,
        interval,
        max: 1,
        axisLabel: { formatter: percentTick },
      }),
      series: input.models.map((model) => ({
        type: 'scatter' as const,
        name: model.label,
        ...strategyMarker(theme, model, 0.9),
        symbolSize: 10,
        data: model.accuracy.map((value, label) => [label, value ?? Number.NaN]),
        tooltip: {
          formatter: (params: unknown) => {
            const [label, value] = (params as { value: number[] }).value;
            return `${short(model.label, 60)}, ${short(names[label!]!, 30)}: ${formatPercent(value)}`;
          },
        },
      })),
    },
  };
}
