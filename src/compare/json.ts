import type { Comparison } from './figures.ts';
import type { ModelSummary, RunFigures } from './run-figures.ts';

export interface ModelJson {
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
}

export function toJson(comparison: Comparison): RunJson[] {
  return comparison.runs.map(runJson);
}

/** The text of `distillery compare --json`. */
export function renderJson(comparison: Comparison): string {
  return `${JSON.stringify(toJson(comparison), null, 2)}\n`;
}

function runJson(figures: RunFigures): RunJson {
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
  };
}

function modelJson(model: ModelSummary | null): ModelJson | null {
  if (model === null) return null;
  const { accuracy, loss, parameters, bytes, latencyMs } = model;
  return { accuracy, loss, parameters, bytes, latencyMs };
}
