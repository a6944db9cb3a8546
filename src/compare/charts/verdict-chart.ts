import { formatGain, formatGainInterval } from '../verdicts/gain.ts';
import { metricFacts, type VerdictMetric } from '../verdicts/metric.ts';
import { axis, type Chart, exactLine, frame, padded, short } from './drawing/chart-frame.ts';
import type { ChartTheme } from './drawing/chart-theme.ts';
import { namesAxis } from './drawing/names-axis.ts';
import { natsTick, pointsTick } from './drawing/tick-labels.ts';
import { whiskers } from './drawing/whiskers.ts';

export interface VerdictInput {
  readonly label: string;
  readonly outcome: 'BEATS' | 'DOES NOT BEAT' | 'INCONCLUSIVE';
  readonly metric: VerdictMetric;
  /** Gains: fractions of a share, nats, or differences in another score. */
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** The difference of each strategy to direct training with its interval: what lies right of zero is a gain. */
export function verdictChart(
  verdicts: readonly VerdictInput[],
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const color = { BEATS: theme.good, 'DOES NOT BEAT': theme.bad, INCONCLUSIVE: theme.unsure };
  // All verdicts of one picture are of one metric.
  const { name, share, lowerIsBetter, unit } = metricFacts(verdicts[0]?.metric ?? 'accuracy');
  return {
    title: 'Difference to direct training',
    caption: 'Mean and interval over paired seeds; what lies right of zero is a gain.',
    description: `${verdicts.map((one) => `${short(one.label, 60)}: ${one.outcome}, ${formatGain(one.mean, one.metric)}, interval ${formatGainInterval(one.interval, one.metric)}`).join('; ')}.`,
    height: Math.max(150, 76 + verdicts.length * 36),
    columns: ['Strategy', 'Verdict', 'Mean difference', 'Interval'],
    rows: verdicts.map((one) => [
      one.label,
      one.outcome,
      formatGain(one.mean, one.metric),
      formatGainInterval(one.interval, one.metric),
    ]),
    option: {
      ...frame(theme, { top: 12, bottom: 8 }),
      xAxis: axis(theme, {
        type: 'value',
        name: lowerIsBetter
          ? `${unit === 'nats' ? `${name} per token` : name}, direct minus strategy`
          : `${name}, strategy minus direct`,
        nameGap: 26,
        ...padded([0, ...verdicts.flatMap((one) => one.interval)]),
        // The ends are no ticks.
        splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: theme.line } },
        axisLabel: {
          hideOverlap: true,
          showMinLabel: false,
          showMaxLabel: false,
          formatter: share ? pointsTick : natsTick,
        },
      }),
      yAxis: namesAxis(
        theme,
        verdicts.map((one) => one.label),
        size,
      ),
      series: [
        whiskers(
          verdicts.map((one, at) => ({
            at,
            low: one.interval[0],
            high: one.interval[1],
            color: color[one.outcome],
          })),
          'horizontal',
          2,
        ),
        {
          type: 'scatter',
          symbolSize: 11,
          z: 4,
          data: verdicts.map((one, index) => ({
            name: one.label,
            value: [one.mean, index],
            itemStyle: { color: color[one.outcome], opacity: 1 },
          })),
          tooltip: {
            formatter: (params) => {
              const one = verdicts[(params as { dataIndex: number }).dataIndex]!;
              return `${short(one.label, 60)}: ${one.outcome}\n${formatGain(one.mean, one.metric)} ${formatGainInterval(one.interval, one.metric)}`;
            },
          },
          markLine: {
            ...exactLine,
            label: { show: false },
            lineStyle: { color: theme.text, type: 'solid', width: 1 },
            data: [{ xAxis: 0 }],
          },
        },
      ],
    },
  };
}
