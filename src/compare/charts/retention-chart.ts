import { formatPercentSpread, type MeanAndDeviation } from '../formatting.ts';
import { axis, type Chart, exactLine, frame, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, strategyColor, strategyMarker } from './drawing/chart-theme.ts';
import { namesAxis } from './drawing/names-axis.ts';
import { percentTick } from './drawing/tick-labels.ts';
import { whiskers } from './drawing/whiskers.ts';

export interface RetentionInput extends Coloured {
  readonly label: string;
  /** Student accuracy over teacher accuracy. */
  readonly retention: MeanAndDeviation;
}

/** What each student keeps of its teacher's accuracy. The axis does not start at zero, so these are dots, not bars. */
export function retentionChart(
  groups: readonly RetentionInput[],
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const ends = groups.flatMap(({ retention }) => [
    retention.mean - (retention.deviation ?? 0),
    retention.mean + (retention.deviation ?? 0),
  ]);
  const low = Math.min(...ends, 0.97);
  const high = Math.max(...ends, 1);
  const margin = (high - low) * 0.08;
  return {
    title: 'Accuracy retained',
    caption: 'Student accuracy over teacher accuracy: mean and standard deviation over seeds.',
    description: `Share of the teacher’s accuracy each student keeps: ${groups.map((group) => `${short(group.label, 60)} ${formatPercentSpread(group.retention)}`).join('; ')}.`,
    height: Math.max(150, 70 + groups.length * 34),
    columns: ['Strategy', 'Retention'],
    rows: groups.map((group) => [group.label, formatPercentSpread(group.retention)]),
    option: {
      ...frame(theme, { top: 26, right: 30 }),
      xAxis: axis(theme, {
        type: 'value',
        min: low - margin,
        max: high + margin,
        // The ends are no ticks.
        splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: theme.line } },
        axisLabel: {
          hideOverlap: true,
          showMinLabel: false,
          showMaxLabel: false,
          formatter: percentTick,
        },
      }),
      yAxis: namesAxis(
        theme,
        groups.map((group) => group.label),
        size,
        { show: true, lineStyle: { color: theme.line, type: 'dotted' } },
      ),
      series: [
        whiskers(
          groups.flatMap(({ retention, ...group }, at) =>
            retention.deviation
              ? [
                  {
                    at,
                    low: retention.mean - retention.deviation,
                    high: retention.mean + retention.deviation,
                    color: strategyColor(theme, group),
                  },
                ]
              : [],
          ),
          'horizontal',
          2,
        ),
        {
          type: 'scatter',
          symbolSize: 13,
          z: 4,
          data: groups.map((group, index) => ({
            name: group.label,
            value: [group.retention.mean, index],
            ...strategyMarker(theme, group),
          })),
          tooltip: {
            formatter: (params) => {
              const group = groups[(params as { dataIndex: number }).dataIndex]!;
              return `${short(group.label, 60)}\n${formatPercentSpread(group.retention)}`;
            },
          },
          markLine: {
            ...exactLine,
            lineStyle: { color: strategyColor(theme, { strategy: 'teacher' }), type: 'solid', width: 1 },
            label: { formatter: 'teacher', position: 'start', color: theme.text, fontSize: 11 },
            data: [{ xAxis: 1 }],
          },
        },
      ],
    },
  };
}
