import { figuresOf, type ModelSummary } from '../../../src/compare/figures/run-figures.ts';
import { flattenConfig } from '../../../src/compare/flat-config.ts';
import { unlabelledOf } from '../../../src/experiment/datasets/unlabelled.ts';
import type { Experiment } from '../../../src/experiment/schema/schema.ts';
import type { SeriesInfo } from '../../../src/runs/database/metrics.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { exportsOf } from '../../../src/runs/exports/recorded-exports.ts';
import { isActive, isResumable } from '../../../src/worker/directory/run-states.ts';
import type { FlatConfig, MetricSummary, RunRow } from '../../../webview/protocol/rows.ts';

/** A run of the store as a row of the overview. */
export function rowOf(record: RunRecord, series: readonly SeriesInfo[]): RunRow {
  const { teacher, student, candidates, ...figures } = figuresOf(record);
  return {
    id: record.id,
    name: record.name,
    experiment: record.experiment,
    group: record.group,
    strategy: record.strategy,
    data: dataOf(record.config.dataset),
    seed: record.seed,
    state: record.state,
    resumable: isResumable(record),
    createdAt: record.createdAt,
    startedAt: record.startedAt ?? null,
    endedAt: record.endedAt ?? null,
    ...progressOf(record),
    problem: problemOf(record),
    tags: record.tags,
    note: record.note,
    lastExport: exportsOf(record).at(-1)?.seq ?? null,
    baseline: record.baseline,
    figures: {
      ...figures,
      disagreement: null,
      teacher: withoutPictures(teacher),
      student: withoutPictures(student),
      candidates: candidates.map(({ name, figures }) => ({ name, figures: withoutPictures(figures)! })),
    },
    metrics: metricsOf(series),
  };
}

/** The configuration that runs of one group share, by dotted keys. */
export function configOf({ config }: RunRecord): FlatConfig {
  const { $schema: _schema, name: _name, seeds: _seeds, ...shared } = config;
  return Object.fromEntries(flattenConfig(shared));
}

/** The data in a word or two: "mnist, 300 labels". */
export function dataOf(dataset: Experiment['dataset']): string {
  const limit = (key: string): number | undefined => {
    const value = (dataset as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'number' ? value : undefined;
  };
  const words: string[] = [dataset.kind];
  const samples = limit('trainLimit');
  const labels = limit('labelledSubset');
  if (samples !== undefined) words.push(`${samples.toLocaleString('en')} samples`);
  if (labels !== undefined) words.push(`${labels.toLocaleString('en')} labels`);
  if (unlabelledOf(dataset)) words.push('unlabelled samples');
  return words.join(', ');
}

/** What a run does just now. Of one that has ended, what it did last is no news. */
function progressOf({
  state,
  phase,
  progress,
}: RunRecord): Pick<RunRow, 'phase' | 'progress' | 'remainingSeconds'> {
  if (state !== 'running') return { phase: null, progress: null, remainingSeconds: null };
  const known = progress !== undefined && progress.phase === phase && progress.total > 0;
  if (!known) return { phase: phase ?? null, progress: null, remainingSeconds: null };
  const { done, total, rate } = progress;
  return {
    phase,
    progress: Math.min(1, Math.max(0, done / total)),
    remainingSeconds: rate !== null && rate > 0 ? Math.max(0, total - done) / rate : null,
  };
}

function problemOf({ state, error }: RunRecord): string | null {
  // Of a run that goes on again, what ended it before is no news.
  if (!error || isActive(state)) return null;
  return [error.message, error.remedy].filter(Boolean).join(' ');
}

const withoutPictures = <Figures extends ModelSummary>(figures: Figures | null): ModelSummary | null =>
  figures && { ...figures, confusion: null, reliability: null };

/** Of the student: what it is told by, last and best. */
function metricsOf(series: readonly SeriesInfo[]): Record<string, MetricSummary> {
  return Object.fromEntries(
    series
      .filter(({ model, name }) => model === 'student' && !name.startsWith('layer.'))
      .map(({ name, last, lowest, highest }) => [name, { last, lowest, highest }]),
  );
}
