import { type ScoreName, scoreNames } from '../../experiment/tasks/scores.ts';
import type { ModelSummary, RunFigures } from '../figures/run-figures.ts';
import type { Comparison } from '../figures.ts';
import { type ComparisonSection, sectionByRun } from '../sections/sections.ts';

export /** With the scores that were measured. */
interface ModelJson extends Partial<Record<ScoreName, number | null>> {
  readonly accuracy: number | null;
  readonly loss: number | null;
  readonly parameters: number | null;
  readonly bytes: number | null;
  readonly latencyMs: number | null;
}

/** One entry of `distillery compare --json`. null is unknown: not measured, or not a finite number. */
export interface RunJson {
  readonly run: string;
  readonly experiment: string;
  readonly strategy: string;
  readonly seed: number;
  readonly status: string;
  readonly teacher: ModelJson | null;
  readonly student: ModelJson | null;
  readonly compressionRatio: number | null;
  readonly retention: number | null;
  readonly agreement: number | null;
  /** Why the figures cannot be taken at face value; mostly empty. */
  readonly doubts: RunFigures['doubts'];
  /** The data and the task: runs that do not share both are not compared. */
  readonly data: string | null;
  readonly task: string | null;
}

export function toJson(comparison: Comparison): RunJson[] {
  const sections = sectionByRun(comparison);
  return comparison.runs.map((run) => runJson(run, sections.get(run.run)));
}

/** The text of `distillery compare --json`. */
export function renderJson(comparison: Comparison): string {
  return `${JSON.stringify(toJson(comparison), null, 2)}\n`;
}

function runJson(figures: RunFigures, section: ComparisonSection | undefined): RunJson {
  return {
    run: figures.run,
    experiment: figures.experiment,
    strategy: figures.strategy,
    seed: figures.seed,
    status: figures.state,
    teacher: modelJson(figures.teacher),
    student: modelJson(figures.student),
    compressionRatio: figures.compressionRatio,
    retention: figures.retention,
    agreement: figures.agreement,
    doubts: figures.doubts,
    data: section?.title ?? null,
    task: section?.task ?? null,
  };
}

function modelJson(model: ModelSummary | null): ModelJson | null {
  if (model === null) return null;
  const { accuracy, loss, parameters, bytes, latencyMs } = model;
  const scores = Object.fromEntries(
    scoreNames.flatMap((name) => (model[name] === null ? [] : [[name, model[name]]])),
  );
  return { accuracy, loss, ...scores, parameters, bytes, latencyMs };
}
