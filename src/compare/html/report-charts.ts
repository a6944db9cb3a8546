import type { Chart } from '../charts/chart-frame.ts';
import { type ChartTheme, type Coloured, lightTheme } from '../charts/chart-theme.ts';
import { type ConfusionInput, confusionChart } from '../charts/confusion-chart.ts';
import { curvesChart } from '../charts/curves-chart.ts';
import { type ParetoPoint, paretoChart } from '../charts/pareto-chart.ts';
import { perClassChart } from '../charts/per-class-chart.ts';
import { retentionChart } from '../charts/retention-chart.ts';
import { seedsChart } from '../charts/seeds-chart.ts';
import { verdictChart } from '../charts/verdict-chart.ts';
import type { Comparison } from '../figures.ts';
import { formatBytes, formatCount, formatMilliseconds } from '../formatting.ts';
import { curvesByGroup, type LearningCurve } from '../learning-curves.ts';
import { perClassAccuracy, sumConfusions } from '../per-class.ts';
import { typicalCompressions } from '../reference-figures.ts';
import { renderSvg } from '../svg.ts';
import { html, Markup } from './markup.ts';

type Draw = (theme: ChartTheme, size: { readonly width: number }) => Chart;

/** The pictures that the figures at hand allow, in reading order. */
export function comparisonCharts(comparison: Comparison): Draw[] {
  const { groups, teachers } = comparison;
  const draws: Draw[] = [];
  const measured = groups.filter((group) => group.figures.accuracy !== null);

  const decided = comparison.verdicts.flatMap(({ group, outcome, mean, interval }) => {
    const label = groups.find((candidate) => candidate.key === group)!.label;
    return mean !== null && interval !== null ? [{ label, outcome, mean, interval }] : [];
  });
  if (decided.length > 0) draws.push((theme, size) => verdictChart(decided, theme, size));

  for (const cost of costs) {
    const points: ParetoPoint[] = [
      ...teachers.flatMap((teacher) =>
        point(
          { label: teacher.label, strategy: 'teacher' },
          teacher.figures[cost.key],
          teacher.figures.accuracy,
        ),
      ),
      ...measured.flatMap((group) => point(group, group.figures[cost.key], group.figures.accuracy)),
    ];
    if (points.length < 2) continue;
    const teacher = teachers.length === 1 ? points[0] : undefined;
    const references =
      cost.key === 'bytes' && teacher
        ? typicalCompressions.map(({ label, size, retention }) => ({
            label: `typical: ${label}`,
            cost: teacher.cost * size,
            quality: teacher.quality * retention,
          }))
        : [];
    draws.push((theme, size) =>
      paretoChart({ points, costLabel: cost.label, formatCost: cost.format, references }, theme, size),
    );
  }

  if (measured.length > 0) {
    const accuracies = teachers.map((teacher) => teacher.figures.accuracy?.mean ?? null);
    draws.push((theme, size) =>
      seedsChart(
        {
          teacher: accuracies.length === 1 ? accuracies[0]! : null,
          groups: measured.map((group) => ({
            label: group.label,
            strategy: group.strategy,
            variant: group.variant,
            mean: group.figures.accuracy!.mean,
            values: group.counted.flatMap(({ seed, student }) =>
              student?.accuracy == null ? [] : [{ seed, value: student.accuracy }],
            ),
          })),
        },
        theme,
        size,
      ),
    );
  }
  const retained = groups.flatMap(({ label, strategy, variant, figures }) =>
    figures.retention === null ? [] : [{ label, strategy, variant, retention: figures.retention }],
  );
  if (retained.length > 0) draws.push((theme, size) => retentionChart(retained, theme, size));
  return draws;
}

/** Learning curves, one picture per metric. */
export function learningCharts(comparison: Comparison, curves: readonly LearningCurve[]): Draw[] {
  return curvesByGroup(comparison.groups, curves).map(
    (input) => (theme, size) => curvesChart(input, theme, size),
  );
}

/** Where teacher and students are right and wrong, by class. */
export function classCharts(comparison: Comparison): Draw[] {
  const models = [
    ...comparison.teachers.map(({ label, confusion }) => ({
      label,
      title: label,
      strategy: 'teacher',
      variant: 0,
      confusion,
    })),
    ...comparison.groups.map(({ label, strategy, variant, counted }) => ({
      label,
      title: counted.length > 1 ? `${label}, ${counted.length} seeds together` : label,
      strategy,
      variant,
      confusion: sumConfusions(
        counted.flatMap((run) => (run.student?.confusion ? [run.student.confusion] : [])),
      ),
    })),
  ].flatMap((model) => (model.confusion === null ? [] : [{ ...model, confusion: model.confusion }]));
  if (models.length === 0) return [];
  const perClass = models.map(({ label, strategy, variant, confusion }) => ({
    label,
    strategy,
    variant,
    accuracy: perClassAccuracy(confusion),
  }));
  const matrices: ConfusionInput[] = models
    .filter(({ confusion }) => confusion.length <= 30)
    .slice(0, 6)
    .map(({ title, confusion }) => ({ title, confusion }));
  return [
    (theme, size) => perClassChart({ models: perClass }, theme, size),
    ...matrices.map(
      (input): Draw =>
        (theme, size) =>
          confusionChart(input, theme, size),
    ),
  ];
}

/** A chart for wide and one for narrow pages, with its figures as a table. */
export function chartFigure(draw: Draw, id: string): Markup {
  const wide = draw(lightTheme, { width: 540 });
  const narrow = draw(lightTheme, { width: 330 });
  return html`<figure class="card" role="group" aria-labelledby="${id}-title" aria-describedby="${id}-text">
    <figcaption><h3 id="${id}-title" class="inline">${wide.title}</h3><p class="inline">${wide.caption}</p><p class="hidden" id="${id}-text">${wide.description}</p></figcaption>
    <div class="wide">${new Markup(renderSvg(wide, lightTheme, { width: 540 }, `${id}w`))}</div>
    <div class="narrow">${new Markup(renderSvg(narrow, lightTheme, { width: 330 }, `${id}n`))}</div>
    <details><summary>Figures</summary><div class="scroll" tabindex="0" role="region" aria-label="${`Figures: ${wide.title}`}"><table>
      <thead><tr>${wide.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${wide.rows.map((row) => html`<tr>${row.map((cell) => html`<td><bdi>${cell}</bdi></td>`)}</tr>`)}</tbody>
    </table></div></details>
  </figure>`;
}

const costs = [
  { key: 'bytes', label: 'Size on disk', format: formatBytes },
  { key: 'latencyMs', label: 'Latency', format: formatMilliseconds },
  { key: 'parameters', label: 'Parameters', format: formatCount },
] as const;

interface MeanOnly {
  readonly mean: number;
  readonly deviation: number | null;
}

function point(
  model: Coloured & { readonly label: string },
  cost: MeanOnly | null,
  accuracy: MeanOnly | null,
): ParetoPoint[] {
  if (cost === null || accuracy === null) return [];
  const { label, strategy, variant } = model;
  return [
    { label, strategy, variant, cost: cost.mean, quality: accuracy.mean, deviation: accuracy.deviation },
  ];
}
