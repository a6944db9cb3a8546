import { sumDisagreements } from '../figures/disagreement.ts';
import { perClassAccuracy, sumConfusions } from '../figures/per-class.ts';
import { sumBins } from '../figures/reliability.ts';
import type { ChartedComparison } from './comparison-charts.ts';
import { confusionChart } from './confusion-chart.ts';
import { disagreementChart } from './disagreement-chart.ts';
import type { Draw } from './drawing/chart-frame.ts';
import { perClassChart } from './per-class-chart.ts';
import { reliabilityChart } from './reliability-chart.ts';

/** Pictures of one model each that still can be looked at beside each other. */
const most = 6;
/** Lines that can be told apart where they cross. */
const mostLines = 8;
/** Classes that a matrix can hold and still be read. */
const mostClasses = 30;

/**
 * Where teacher and students are right and wrong, by class, and how sure they are of it. The seeds of a group count together.
 * Pictures of one model each are those of the first few; which are left out, `leftOutOfClassCharts` says.
 * @param models pictures of one model each that are made of a kind
 */
export function classCharts(comparison: ChartedComparison, models: number = most): Draw[] {
  return [
    ...reliabilityCharts(comparison),
    ...perClassCharts(comparison, models),
    ...disagreementCharts(comparison, models),
  ];
}

/** What of the pictures of one model each is left out, in sentences; empty where nothing is. */
export function leftOutOfClassCharts(comparison: ChartedComparison): string {
  const models = modelsWithConfusion(comparison);
  const drawn = models.filter(({ confusion }) => confusion.length <= mostClasses);
  const disagreeing = disagreements(comparison);
  const largest = Math.max(...models.map(({ confusion }) => confusion.length));
  return [
    ...(drawn.length > most ? [`Confusion is shown of the first ${most} of ${drawn.length} models.`] : []),
    ...(disagreeing.length > most
      ? [`Disagreement is shown of the first ${most} of ${disagreeing.length} students.`]
      : []),
    ...(drawn.length < models.length
      ? [`A confusion matrix of ${largest} classes could not be read; the accuracy by class stands for it.`]
      : []),
  ].join(' ');
}

function reliabilityCharts({ teachers, groups }: ChartedComparison): Draw[] {
  const all = [
    ...teachers.map(({ label, reliability }) => ({
      label,
      strategy: 'teacher',
      variant: 0,
      bins: reliability,
    })),
    ...groups.map(({ label, strategy, variant, counted }) => ({
      label,
      strategy,
      variant,
      bins: sumBins(counted.flatMap(({ student }) => (student?.reliability ? [student.reliability] : []))),
    })),
  ].flatMap((model) => (model.bins === null ? [] : [{ ...model, bins: model.bins }]));
  if (all.length === 0) return [];
  return [
    (theme, size) => {
      const chart = reliabilityChart({ models: all.slice(0, mostLines) }, theme, size);
      if (all.length <= mostLines) return chart;
      return { ...chart, caption: `${chart.caption} The first ${mostLines} of ${all.length} models.` };
    },
  ];
}

/** Teachers and groups of which it is known what they take for what. */
function modelsWithConfusion({ teachers, groups }: ChartedComparison) {
  return [
    ...teachers.map(({ label, confusion }) => ({
      label,
      title: label,
      strategy: 'teacher',
      variant: 0,
      confusion,
    })),
    ...groups.map(({ label, strategy, variant, counted }) => ({
      label,
      title: counted.length > 1 ? `${label}, ${counted.length} seeds together` : label,
      strategy,
      variant,
      confusion: sumConfusions(
        counted.flatMap((run) => (run.student?.confusion ? [run.student.confusion] : [])),
      ),
    })),
  ].flatMap((model) => (model.confusion === null ? [] : [{ ...model, confusion: model.confusion }]));
}

function perClassCharts(comparison: ChartedComparison, count: number): Draw[] {
  const models = modelsWithConfusion(comparison);
  if (models.length === 0) return [];
  const perClass = models.map(({ label, strategy, variant, confusion }) => ({
    label,
    strategy,
    variant,
    accuracy: perClassAccuracy(confusion),
  }));
  return [
    (theme, size) => perClassChart({ models: perClass }, theme, size),
    ...models
      .filter(({ confusion }) => confusion.length <= mostClasses)
      .slice(0, count)
      .map(
        ({ title, confusion }): Draw =>
          (theme, size) =>
            confusionChart({ title, confusion }, theme, size),
      ),
  ];
}

function disagreements({ groups }: ChartedComparison) {
  return groups.flatMap(({ label, strategy, variant, counted }) => {
    const classes = sumDisagreements(counted.flatMap((run) => (run.disagreement ? [run.disagreement] : [])));
    return classes === null ? [] : [{ label, strategy, variant, classes }];
  });
}

function disagreementCharts(comparison: ChartedComparison, count: number): Draw[] {
  return disagreements(comparison)
    .slice(0, count)
    .map(
      (input): Draw =>
        (theme, size) =>
          disagreementChart(input, theme, size),
    );
}
