import { formatPercent } from '../formatting.ts';
import { axis, type Chart, frame, short } from './drawing/chart-frame.ts';
import type { ChartTheme } from './drawing/chart-theme.ts';

export interface ConfusionInput {
  readonly title: string;
  /** confusion[label][prediction], counts. */
  readonly confusion: readonly (readonly number[])[];
  readonly classNames?: readonly string[];
}

/** Which labels are taken for which: each row adds up to one; the darker, the larger the share. */
export function confusionChart(
  input: ConfusionInput,
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const { confusion } = input;
  const names = confusion.map((_, index) => input.classNames?.[index] ?? String(index));
  const totals = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = (label: number, prediction: number) =>
    totals[label] === 0 ? 0 : confusion[label]![prediction]! / totals[label]!;
  const mistakes = confusion
    .flatMap((row, label) => row.map((count, prediction) => ({ label, prediction, count })))
    .filter(({ label, prediction, count }) => label !== prediction && count > 0)
    .sort((a, b) => b.count - a.count);
  const counts = names.length <= 12 && size.width / names.length > 26;
  const text =
    mistakes.length === 0
      ? 'No sample is taken for another class.'
      : `Most frequent mistakes: ${mistakes
          .slice(0, 3)
          .map(
            ({ label, prediction, count }) =>
              `${short(names[label]!, 30)} taken for ${short(names[prediction]!, 30)} (${count} ${count === 1 ? 'time' : 'times'})`,
          )
          .join('; ')}.`;
  return {
    title: `Confusion: ${short(input.title, 110)}`,
    caption: text,
    description: text,
    height: Math.min(560, Math.max(260, size.width * 0.82)),
    columns: ['Label', 'Samples', 'Right', 'Most often taken for'],
    rows: names.map((name, label) => {
      const worst = mistakes.find((mistake) => mistake.label === label);
      return [
        name,
        String(totals[label]),
        totals[label] === 0 ? '–' : formatPercent(share(label, label)),
        worst ? `${names[worst.prediction]} (${worst.count})` : '–',
      ];
    }),
    option: {
      ...frame(theme, { top: 4, left: 4, right: 8, bottom: 6 }),
      xAxis: axis(theme, {
        type: 'category',
        position: 'top',
        data: names,
        name: 'predicted',
        nameGap: 24,
        splitLine: { show: false },
        axisLabel: { formatter: (name: string) => short(name, 8) },
      }),
      yAxis: axis(theme, {
        type: 'category',
        inverse: true,
        data: names,
        name: 'label',
        nameGap: 32,
        splitLine: { show: false },
        axisLabel: { formatter: (name: string) => short(name, 8) },
      }),
      series: [
        {
          type: 'custom',
          data: confusion.flatMap((row, label) => row.map((count, prediction) => [prediction, label, count])),
          renderItem: (_params, api) => {
            const [prediction, label, count] = [Number(api.value(0)), Number(api.value(1)), api.value(2)];
            const [x, y] = api.coord([prediction, label]);
            const [width, height] = api.size!([1, 1]) as number[];
            const part = share(label, prediction);
            return {
              type: 'group',
              children: [
                {
                  type: 'rect',
                  shape: {
                    x: x! - width! / 2 + 1,
                    y: y! - height! / 2 + 1,
                    width: width! - 2,
                    height: height! - 2,
                    r: 2,
                  },
                  // The root spreads the few mistakes, which are what one looks for.
                  style: { fill: theme.heat, opacity: part === 0 ? 0.04 : 0.08 + 0.92 * Math.sqrt(part) },
                },
                ...(counts && count !== 0
                  ? [
                      {
                        type: 'text' as const,
                        silent: true,
                        style: {
                          text: String(count),
                          x: x!,
                          y: y!,
                          align: 'center' as const,
                          verticalAlign: 'middle' as const,
                          fontSize: 10,
                          fontFamily: theme.font,
                          fill: part > 0.25 ? theme.surface : theme.text,
                        },
                      },
                    ]
                  : []),
              ],
            };
          },
          tooltip: {
            formatter: (params) => {
              const [prediction, label, count] = (params as unknown as { value: number[] }).value;
              return `${short(names[label!]!, 30)} taken for ${short(names[prediction!]!, 30)}: ${count} (${formatPercent(share(label!, prediction!))})`;
            },
          },
        },
      ],
    },
  };
}
