import { togetherAt } from '../../src/compare/charts/comparison-charts.ts';
import { confusionChart } from '../../src/compare/charts/confusion-chart.ts';
import { disagreementChart } from '../../src/compare/charts/disagreement-chart.ts';
import type { Draw } from '../../src/compare/charts/drawing/chart-frame.ts';
import { millisecondsTick } from '../../src/compare/charts/drawing/tick-labels.ts';
import { type ParetoPoint, paretoChart } from '../../src/compare/charts/pareto-chart.ts';
import { perClassChart } from '../../src/compare/charts/per-class-chart.ts';
import { reliabilityChart } from '../../src/compare/charts/reliability-chart.ts';
import { perClassAccuracy } from '../../src/compare/figures/per-class.ts';
import { formatMilliseconds } from '../../src/compare/formatting.ts';
import type { RunDetail } from '../protocol/detail.ts';

/** Pictures of what was measured at the end of one run: its teacher, student, exits and peers. */
export function runCharts(
  { models, disagreement }: Pick<RunDetail, 'models' | 'disagreement'>,
  strategy: string,
  variant: number,
): Draw[] {
  const coloured = models.map((model, index) => ({
    label: model.name,
    strategy: model.role === 'teacher' ? 'teacher' : strategy,
    variant: model.role === 'student' || model.role === 'teacher' ? variant : variant + index,
    model,
  }));
  const draws: Draw[] = [];
  if (models.some((model) => model.role !== 'student' && model.role !== 'teacher')) {
    const points = coloured.flatMap(({ model, ...one }): ParetoPoint[] => {
      const { latencyMs, accuracy } = model.figures;
      return latencyMs === null || accuracy === null
        ? []
        : [{ ...one, cost: latencyMs, quality: accuracy, deviation: null }];
    });
    const together = models.find(({ role }) => role === 'ensemble');
    const levels = togetherAt(together?.figures.accuracy ?? null);
    if (points.length > 1)
      draws.push((theme, size) =>
        paretoChart(
          {
            points,
            levels,
            costLabel: 'Latency',
            formatCost: formatMilliseconds,
            costTick: millisecondsTick,
          },
          theme,
          size,
        ),
      );
  }
  const reliable = coloured.flatMap(({ model, ...one }) =>
    model.figures.reliability ? [{ ...one, bins: model.figures.reliability }] : [],
  );
  if (reliable.length > 0) draws.push((theme, size) => reliabilityChart({ models: reliable }, theme, size));
  const confused = coloured.flatMap(({ model, ...one }) =>
    model.figures.confusion ? [{ ...one, confusion: model.figures.confusion }] : [],
  );
  if (confused.length > 0)
    draws.push((theme, size) =>
      perClassChart(
        { models: confused.map((one) => ({ ...one, accuracy: perClassAccuracy(one.confusion) })) },
        theme,
        size,
      ),
    );
  if (disagreement)
    draws.push((theme, size) =>
      disagreementChart(
        { label: 'teacher and student', strategy, variant, classes: disagreement },
        theme,
        size,
      ),
    );
  for (const one of confused.filter(({ confusion }) => confusion.length <= 40).slice(0, 4))
    draws.push((theme, size) => confusionChart({ title: one.label, confusion: one.confusion }, theme, size));
  return draws;
}
