import type { ClassDisagreement } from '../figures/disagreement.ts';
import { isLayerMetric, layerTerms } from '../figures/layer-losses.ts';
import { typicalCompressions } from '../figures/reference-figures.ts';
import type { ReliabilityBin } from '../figures/reliability.ts';
import { formatBytes, formatCount, formatMilliseconds, type MeanAndDeviation } from '../formatting.ts';
import type { SectionTask } from '../sections/data-set.ts';
import { fewVerdicts } from '../verdicts/tally.ts';
import { curvesChart } from './curves-chart.ts';
import type { Chart, Draw } from './drawing/chart-frame.ts';
import type { Coloured } from './drawing/chart-theme.ts';
import { accuracy, type Quality, qualityOf } from './drawing/quality.ts';
import { bytesTick, countTick, millisecondsTick } from './drawing/tick-labels.ts';
import { layerMapChart } from './layer-map-chart.ts';
import { curvesByGroup, type LearningCurve } from './learning-curves.ts';
import { type ParetoPoint, paretoChart } from './pareto-chart.ts';
import { retentionChart } from './retention-chart.ts';
import { seedsChart } from './seeds-chart.ts';
import { type VerdictInput, verdictChart } from './verdict-chart.ts';

type Figures<Key extends string> = { readonly [key in Key]: MeanAndDeviation | null };
type Confusion = readonly (readonly number[])[] | null;
type Reliability = readonly ReliabilityBin[] | null;

/** What the pictures read of a comparison, in the report and in the dashboard, which gets it in a message. */
export interface ChartedComparison {
  readonly teachers: readonly {
    readonly label: string;
    readonly figures: Figures<Quality['key'] | Cost>;
    readonly confusion: Confusion;
    readonly reliability: Reliability;
  }[];
  readonly groups: readonly (Coloured & {
    readonly key: string;
    readonly label: string;
    readonly runs: readonly string[];
    readonly counted: readonly {
      readonly seed: number;
      readonly student:
        | ({ readonly [key in Quality['key']]: number | null } & {
            readonly confusion: Confusion;
            readonly reliability: Reliability;
          })
        | null;
      readonly disagreement: readonly ClassDisagreement[] | null;
    }[];
    readonly figures: Figures<Quality['key'] | 'retention' | Cost>;
    readonly candidates: readonly ({ readonly name: string } & Figures<'accuracy' | 'latencyMs'>)[];
    readonly ensembleAccuracy: MeanAndDeviation | null;
  })[];
  /** One at most: what shares an axis. */
  readonly sections: readonly { readonly task: SectionTask }[];
  readonly verdicts: readonly (Pick<VerdictInput, 'outcome' | 'metric'> & {
    readonly group: string;
    readonly mean: number | null;
    readonly interval: readonly [number, number] | null;
  })[];
}

export type Cost = 'bytes' | 'latencyMs' | 'parameters';

/** Lines that a picture with one line per strategy can hold and still be read. */
const most = 40;

function noting(all: readonly unknown[], chart: Chart): Chart {
  if (all.length <= most) return chart;
  return { ...chart, caption: `${chart.caption} The first ${most} of ${all.length} strategies.` };
}

/** The pictures that the figures at hand allow, in reading order. */
export function comparisonCharts(comparison: ChartedComparison): Draw[] {
  const { groups, teachers } = comparison;
  const verdicts: Draw[] = [];
  const fronts: Draw[] = [];
  const draws: Draw[] = [];
  const [section] = comparison.sections;
  const quality = section ? qualityOf(section.task) : accuracy;
  const measured = groups.filter((group) => group.figures[quality.key] !== null);

  const decided = comparison.verdicts.flatMap(({ group, outcome, metric, mean, interval }) => {
    const label = groups.find((candidate) => candidate.key === group)!.label;
    return mean !== null && interval !== null ? [{ label, outcome, metric, mean, interval }] : [];
  });
  for (const metric of new Set(decided.map((one) => one.metric))) {
    const ofMetric = decided.filter((one) => one.metric === metric);
    if (ofMetric.length > 0)
      verdicts.push((theme, size) => noting(ofMetric, verdictChart(ofMetric.slice(0, most), theme, size)));
  }

  for (const cost of costs) {
    const points: ParetoPoint[] = [
      ...teachers.flatMap((teacher) =>
        point(
          { label: teacher.label, strategy: 'teacher' },
          teacher.figures[cost.key],
          teacher.figures[quality.key],
        ),
      ),
      ...measured.flatMap((group) => point(group, group.figures[cost.key], group.figures[quality.key])),
    ];
    if (points.length < 2) continue;
    const teacher = teachers.length === 1 ? points[0] : undefined;
    const references =
      cost.key === 'bytes' && teacher && quality === accuracy
        ? typicalCompressions.map(({ label, size, retention }) => ({
            label: `typical: ${label}`,
            cost: teacher.cost * size,
            quality: teacher.quality * retention,
          }))
        : [];
    fronts.push((theme, size) =>
      paretoChart(
        { points, costLabel: cost.label, formatCost: cost.format, costTick: cost.tick, quality, references },
        theme,
        size,
      ),
    );
  }

  if (measured.length > 0) {
    const accuracies = teachers.map((teacher) => teacher.figures[quality.key]?.mean ?? null);
    draws.push((theme, size) => {
      const chart = seedsChart(
        {
          quality,
          teacher: accuracies.length === 1 ? accuracies[0]! : null,
          groups: measured.slice(0, most).map((group) => ({
            label: group.label,
            strategy: group.strategy,
            variant: group.variant,
            mean: group.figures[quality.key]!.mean,
            values: group.counted.flatMap(({ seed, student }) =>
              student?.[quality.key] == null ? [] : [{ seed, value: student[quality.key]! }],
            ),
          })),
        },
        theme,
        size,
      );
      return noting(measured, chart);
    });
  }
  const retained = groups.flatMap(({ label, strategy, variant, figures }) =>
    figures.retention === null ? [] : [{ label, strategy, variant, retention: figures.retention }],
  );
  if (retained.length > 0)
    draws.push((theme, size) => noting(retained, retentionChart(retained.slice(0, most), theme, size)));
  // With one line per strategy, the first is much higher than those on costs, and stands beside the others of its height.
  return decided.length > fewVerdicts
    ? [...fronts, ...verdicts, ...draws]
    : [...verdicts, ...fronts, ...draws];
}

/** Exits and peers of each strategy that has such: what the shallower ones give up, and what they save. */
export function candidateCharts(comparison: ChartedComparison): Draw[] {
  return comparison.groups.flatMap(
    ({ label, strategy, variant = 0, figures, candidates, ensembleAccuracy }): Draw[] => {
      if (candidates.length === 0) return [];
      const points: ParetoPoint[] = [
        ...point({ label: 'student', strategy, variant }, figures.latencyMs, figures.accuracy),
        ...candidates.flatMap((one) =>
          point({ label: one.name, strategy, variant: variant + 1 }, one.latencyMs, one.accuracy),
        ),
      ];
      if (points.length < 2) return [];
      const levels = togetherAt(ensembleAccuracy?.mean ?? null);
      return [
        (theme, size) => {
          const chart = paretoChart(
            {
              points,
              levels,
              costLabel: 'Latency',
              formatCost: formatMilliseconds,
              costTick: millisecondsTick,
            },
            theme,
            size,
          );
          return { ...chart, title: `Exits and peers: ${label}` };
        },
      ];
    },
  );
}

/** What all of them answer together, by the mean of their probabilities; its cost was not measured. */
export const togetherAt = (accuracy: number | null) =>
  accuracy === null ? [] : [{ label: 'all together', quality: accuracy }];

/** Learning curves, one picture per metric; and which layer learned from which, where layers were compared. */
export function learningCharts(comparison: ChartedComparison, curves: readonly LearningCurve[]): Draw[] {
  const drawn = curves.filter(({ metric }) => !isLayerMetric(metric));
  const draws: Draw[] = curvesByGroup(comparison.groups, drawn).map(
    (input) => (theme, size) => curvesChart(input, theme, size),
  );
  for (const { label, strategy, variant, runs } of comparison.groups.slice(0, most)) {
    const own = curves.filter(({ run, metric }) => runs.includes(run) && isLayerMetric(metric));
    const metrics = own.map(({ metric, points }) => ({ metric, values: points.map(({ value }) => value) }));
    for (const term of layerTerms(metrics))
      draws.push((theme, size) => layerMapChart({ ...term, label, strategy, variant }, theme, size));
  }
  return draws;
}

const costs = [
  { key: 'bytes', label: 'Size on disk', format: formatBytes, tick: bytesTick },
  { key: 'latencyMs', label: 'Latency', format: formatMilliseconds, tick: millisecondsTick },
  { key: 'parameters', label: 'Parameters', format: formatCount, tick: countTick },
] as const;

function point(
  model: Coloured & { readonly label: string },
  cost: MeanAndDeviation | null,
  accuracy: MeanAndDeviation | null,
): ParetoPoint[] {
  if (cost === null || accuracy === null) return [];
  const { label, strategy, variant } = model;
  return [
    { label, strategy, variant, cost: cost.mean, quality: accuracy.mean, deviation: accuracy.deviation },
  ];
}
