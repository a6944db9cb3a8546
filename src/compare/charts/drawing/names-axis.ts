import { axis } from './chart-frame.ts';
import type { ChartTheme } from './chart-theme.ts';
import { shortLabels } from './short-labels.ts';

/** An upright axis of names, one a row from the top on, each in one line or two. */
export function namesAxis(
  theme: ChartTheme,
  labels: readonly string[],
  { width }: { readonly width: number },
  splitLine: Record<string, unknown> = { show: false },
): Record<string, unknown> {
  const signs = width >= 480 ? 34 : width >= 380 ? 28 : 22;
  const shown = shortLabels(labels, signs, signs);
  return axis(theme, {
    type: 'category',
    inverse: true,
    data: [...labels],
    splitLine,
    axisLabel: {
      color: theme.text,
      interval: 0,
      lineHeight: 14,
      formatter: (_label: string, index: number) => shown[index] ?? '',
    },
  });
}
