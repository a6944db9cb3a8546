import { isShare, scoreLabel } from '../figures/curve-facts.ts';
import type { CurvePoint, CurvesInput } from './curves-chart.ts';
import type { Coloured } from './drawing/chart-theme.ts';

/** One recorded metric of one run. */
export interface LearningCurve {
  readonly run: string;
  /** For example loss, loss.response, validation.accuracy. */
  readonly metric: string;
  readonly points: readonly { readonly epoch: number; readonly value: number | null }[];
}

/** One picture per metric; the seeds of a group become one line with a band. Values that are not finite are left out. */
export function curvesByGroup(
  groups: readonly (Coloured & { readonly label: string; readonly runs: readonly string[] })[],
  curves: readonly LearningCurve[],
): CurvesInput[] {
  const metrics = [...new Set(curves.map((curve) => curve.metric))];
  return metrics.flatMap((metric) => {
    const lines = groups.flatMap((group) => {
      const members = new Set(group.runs);
      const points = averaged(
        curves
          .filter((curve) => curve.metric === metric && members.has(curve.run))
          .map(({ points }) => points),
      );
      return points.length === 0
        ? []
        : [{ label: group.label, strategy: group.strategy, variant: group.variant, points }];
    });
    return lines.length === 0
      ? []
      : [
          {
            metric: titleOfMetric(metric),
            percent: isShare(metric),
            xLabel: 'epoch',
            curves: lines,
          },
        ];
  });
}

/** 'validation.accuracy' as 'Validation accuracy'. */
export function titleOfMetric(metric: string): string {
  const score = scoreLabel(metric);
  const words = (score === undefined ? metric : `${metric.slice(0, metric.lastIndexOf('.') + 1)}${score}`)
    .replaceAll('.', ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Mean, lowest and highest at each epoch that any seed recorded. */
function averaged(seeds: readonly LearningCurve['points'][]): CurvePoint[] {
  const byEpoch = new Map<number, number[]>();
  for (const points of seeds)
    for (const { epoch, value } of points) {
      if (value === null || !Number.isFinite(value) || !Number.isFinite(epoch)) continue;
      const values = byEpoch.get(epoch);
      if (values) values.push(value);
      else byEpoch.set(epoch, [value]);
    }
  return [...byEpoch]
    .sort(([a], [b]) => a - b)
    .map(([x, values]) => ({
      x,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    }));
}
