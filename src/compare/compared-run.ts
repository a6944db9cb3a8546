import type { Experiment } from '../experiment/schema/schema.ts';
import type { Doubt, RunData, RunResult } from '../worker/directory/events.ts';
import type { RunState } from '../worker/directory/run-states.ts';

/** What a comparison reads of a run; the run store's records are such runs. */
export interface ComparedRun {
  readonly id: string;
  /** What the user calls the run. */
  readonly name?: string;
  /** Name of the experiment. */
  readonly experiment: string;
  /** Kind of the strategy. */
  readonly strategy: string;
  readonly seed: number;
  readonly state: RunState;
  readonly config: Experiment;
  readonly result?: RunResult;
  /** What the run read; absent where it has not come so far, or an older version did not say. */
  readonly data?: RunData;
  /** Why the result cannot be taken at face value. */
  readonly doubts?: readonly Doubt[];
  /** Absolute path of the experiment file: relative paths in the dataset are resolved beside it. */
  readonly file?: string;
  /** Milliseconds since 1970; where a seed was run twice, the later run counts. */
  readonly createdAt?: number;
  /** The device the run was really computed on. */
  readonly device?: string;
  readonly deviceKind?: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly host?: string;
}

/** The number, or null for one that is missing, NaN or infinite: such a figure is shown as unknown, never as zero. */
export function known(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** numerator / denominator, or null where either is unknown or the denominator is not positive. */
export function ratio(numerator: number | null, denominator: number | null): number | null {
  if (numerator === null || denominator === null || denominator <= 0) return null;
  return known(numerator / denominator);
}
