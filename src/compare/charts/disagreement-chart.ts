import type { ClassDisagreement } from '../figures/disagreement.ts';
import { formatCount, formatPercent } from '../formatting.ts';
import { axis, type Chart, frame, legendBelow, short } from './drawing/chart-frame.ts';
import { type ChartTheme, type Coloured, hollow, strategyColor } from './drawing/chart-theme.ts';
import { percentTick } from './drawing/tick-labels.ts';

export interface DisagreementInput extends Coloured {
  readonly label: string;
  readonly classes: readonly ClassDisagreement[];
  readonly classNames?: readonly string[];
}

/** Bars that a picture can hold and still be read. */
const most = 30;

/** On which share of each class teacher and student give different answers, by who is right. */
export function disagreementChart(
  input: DisagreementInput,
  theme: ChartTheme,
  size: { readonly width: number },
): Chart {
  const all = input.classes.map((one, label) => ({
    ...one,
    name: input.classNames?.[label] ?? String(label),
    label,
    differ: one.onlyTeacher + one.onlyStudent + one.neither,
  }));
  const share = (count: number, samples: number) => (samples === 0 ? 0 : count / samples);
  const known = all.filter(({ samples }) => samples > 0);
  const worst = known.toSorted((a, b) => share(b.differ, b.samples) - share(a.differ, a.samples));
  const shown = known.length <= most ? known : worst.slice(0, most);
  const kinds = [
    {
      name: 'only the teacher is right',
      key: 'onlyTeacher',
      style: { color: theme.strategies.teacher!, opacity: 1 },
    },
    {
      name: 'only the student is right',
      key: 'onlyStudent',
      style: { color: strategyColor(theme, input), opacity: 1 },
    },
    // Hollow: a paler filling could not be seen on every ground.
    {
      name: 'both are wrong, each in another way',
      key: 'neither',
      style: { ...hollow(theme.muted), borderWidth: 1 },
    },
  ] as const;
  const total = (key: (typeof kinds)[number]['key'] | 'samples' | 'differ') =>
    known.reduce((sum, one) => sum + one[key], 0);
  const below = legendBelow(
    theme,
    kinds.map(({ name }) => name),
    size,
    { icon: 'roundRect' },
  );
  const [first] = worst;
  return {
    title: `Where they disagree: ${short(input.label, 90)}`,
    caption: `Share of the samples of each class to which teacher and student give different answers.${known.length > most ? ` The ${most} classes of ${known.length} with most of them.` : ''}`,
    description:
      first === undefined
        ? 'No sample was answered.'
        : `They differ on ${formatPercent(share(total('differ'), total('samples')))} of the samples: on ${formatCount(total('onlyTeacher'))} only the teacher is right, on ${formatCount(total('onlyStudent'))} only the student, on ${formatCount(total('neither'))} neither. Most in class ${short(first.name, 30)} (${formatPercent(share(first.differ, first.samples))}).`,
    height: 240 + below.height,
    columns: ['Class', 'Samples', 'Only the teacher right', 'Only the student right', 'Both wrong otherwise'],
    rows: all.map((one) => [
      one.name,
      formatCount(one.samples),
      ...[one.onlyTeacher, one.onlyStudent, one.neither].map((count) =>
        one.samples === 0 ? '–' : `${formatCount(count)} (${formatPercent(count / one.samples)})`,
      ),
    ]),
    option: {
      ...frame(theme, { bottom: 8 + below.height }),
      legend: below.legend,
      xAxis: axis(theme, {
        type: 'category',
        data: shown.map(({ name }) => name),
        axisLine: { show: true, lineStyle: { color: theme.line } },
        splitLine: { show: false },
        axisLabel: { hideOverlap: true, formatter: (name: string) => short(name, 12) },
      }),
      yAxis: axis(theme, {
        type: 'value',
        min: 0,
        axisLabel: { formatter: percentTick },
      }),
      series: kinds.map(({ name, key, style }) => ({
        type: 'bar' as const,
        name,
        stack: 'share',
        barMaxWidth: 22,
        itemStyle: style,
        data: shown.map((one) => share(one[key], one.samples)),
        tooltip: {
          formatter: (params: unknown) => {
            const one = shown[(params as { dataIndex: number }).dataIndex]!;
            return `${short(one.name, 30)}: ${name}\n${formatCount(one[key])} of ${formatCount(one.samples)} (${formatPercent(share(one[key], one.samples))})`;
          },
        },
      })),
    },
  };
}
