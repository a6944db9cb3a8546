import { stringify } from 'csv-stringify/sync';
import { scoreNames } from '../../experiment/tasks/scores.ts';
import type { ModelSummary } from '../figures/run-figures.ts';
import type { Comparison } from '../figures.ts';
import { sectionByRun } from '../sections/sections.ts';

/**
 * One line per run with raw numbers, fractions as 0…1, unknown figures empty. Texts that a spreadsheet would take for a
 * formula get a leading apostrophe, so that opening the file computes nothing.
 */
export function renderCsv(comparison: Comparison): string {
  const labels = new Map(
    comparison.groups.flatMap((group) => group.runs.map((run) => [run, group.label] as const)),
  );
  const sections = sectionByRun(comparison);
  const rows = comparison.runs.map((run) => ({
    run: run.run,
    name: run.name,
    experiment: run.experiment,
    group: labels.get(run.run) ?? run.experiment,
    strategy: run.strategy,
    seed: run.seed,
    status: run.state,
    device: run.device,
    ...model('teacher', run.teacher),
    ...model('student', run.student),
    compressionRatio: run.compressionRatio,
    retention: run.retention,
    agreement: run.agreement,
    speedup: run.speedup,
    bestEpoch: run.bestEpoch,
    trainingSeconds: run.trainingSeconds,
    teacherSeconds: run.teacherSeconds,
    savedSeconds: run.savedSeconds,
    energyJoules: run.energyJoules,
    doubts: run.doubts.map(({ message }) => message).join('\n'),
    data: sections.get(run.run)?.title,
    task: sections.get(run.run)?.task,
    unlabelled: run.unlabelled,
  }));
  return stringify(rows, {
    header: true,
    columns,
    escape_formulas: true,
    record_delimiter: 'windows',
    // The library quotes fields that hold the record delimiter whole; readers end a row at either half of it.
    quoted_match: /[\r\n]/,
  });
}

const figures = [
  'accuracy',
  'loss',
  'macroF1',
  'calibrationError',
  'perplexity',
  'bitsPerByte',
  ...scoreNames,
  'parameters',
  'bytes',
  'latencyMs',
  'throughput',
] as const satisfies readonly (keyof ModelSummary)[];

const columns = [
  ...['run', 'name', 'experiment', 'group', 'strategy', 'seed', 'status', 'device'],
  ...figures.map((figure) => `teacher.${figure}`),
  ...figures.map((figure) => `student.${figure}`),
  ...['compressionRatio', 'retention', 'agreement', 'speedup', 'bestEpoch'],
  ...['trainingSeconds', 'teacherSeconds', 'savedSeconds', 'energyJoules', 'doubts', 'data', 'task'],
  'unlabelled',
].map((key) => ({ key, header: key }));

function model(who: string, summary: ModelSummary | null): Record<string, number | null> {
  return Object.fromEntries(figures.map((figure) => [`${who}.${figure}`, summary?.[figure] ?? null]));
}
