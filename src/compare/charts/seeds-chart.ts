import { axis, type Chart, exactLine, frame, padded, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor, strategyMarker } from './drawing/chart-theme.ts';
import { namesAxis } from './drawing/names-axis.ts';
import { accuracy, type Quality } from './drawing/quality.ts';

export interface SeedsInput {
  readonly groups: readonly (Coloured & {
    readonly label: string;
    /** Accuracies, or perplexities, with the seed they belong to. */
    readonly values: readonly { readonly seed: number; readonly value: number }[];
    readonly mean: number;
  })[];
  readonly teacher: number | null;
  /** Accuracy unless told. */
  readonly quality?: Quality;
}

/** Every seed of every strategy as a dot, with the mean as a bar and the teacher as a line. */
export function seedsChart(input: SeedsInput, theme: ChartTheme, size: { readonly width: number }): Chart {
  const { groups, teacher, quality = accuracy } = input;
  const { format } = quality;
  const values = groups.flatMap((group) => group.values.map(({ value }) => value));
  return {
    title: `${quality.label} by strategy, seed by seed`,
    caption: 'Each mark is one seed, the upright bar their mean.',
    description: `${groups.map((group) => `${short(group.label, 60)} ${format(group.mean)} over ${group.values.length} ${group.values.length === 1 ? 'seed' : 'seeds'}`).join('; ')}${teacher === null ? '' : `; teacher ${format(teacher)}`}.`,
    height: Math.max(160, 70 + groups.length * 34),
    columns: ['Strategy', 'Mean', 'Seeds'],
    rows: groups.map((group) => [
      group.label,
      format(group.mean),
      group.values.map(({ seed, value }) => `${seed}: ${format(value)}`).join(', '),
    ]),
    option: {
      ...frame(theme, { top: teacher === null ? 12 : 26 }),
      xAxis: axis(theme, {
        type: 'value',
        ...padded(teacher === null ? values : [...values, teacher]),
        // The ends are no ticks.
        splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: theme.line } },
        axisLabel: {
          hideOverlap: true,
          showMinLabel: false,
          showMaxLabel: false,
          formatter: quality.tick,
        },
      }),
      yAxis: namesAxis(
        theme,
        groups.map((group) => group.label),
        size,
      ),
      series: [
        {
          type: 'scatter',
          symbol: 'rect',
          symbolSize: [3, 22],
          silent: true,
          z: 2,
          data: groups.map((group, index) => ({
            value: [group.mean, index],
            itemStyle: { color: strategyColor(theme, group), opacity: 1 },
          })),
        },
        {
          type: 'scatter',
          symbolSize: 10,
          z: 3,
          data: groups.flatMap((group, index) =>
            group.values.map(({ seed, value }) => ({
              name: `${short(group.label, 60)}, seed ${seed}`,
              value: [value, index],
              ...strategyMarker(theme, group, 0.55),
            })),
          ),
          tooltip: {
            formatter: (params) => {
              const { name, value } = params as unknown as { name: string; value: number[] };
              return `${name}\n${format(value[0]!)}`;
            },
          },
          ...(teacher === null
            ? {}
            : {
                markLine: {
                  ...exactLine,
                  lineStyle: {
                    color: strategyColor(theme, { strategy: 'teacher' }),
                    type: 'solid',
                    width: 1,
                  },
                  label: {
                    formatter: `teacher ${format(teacher)}`,
                    position: 'start',
                    // A teacher is mostly at an edge, where a centred text would be cut off.
                    align: teacher > (Math.min(...values) + Math.max(...values)) / 2 ? 'right' : 'left',
                    color: theme.text,
                    fontSize: 11,
                  },
                  data: [{ xAxis: teacher }],
                },
              }),
        },
      ],
    },
  };
}
