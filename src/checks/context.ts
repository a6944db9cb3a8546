import { UserError } from '../base/user-error.ts';
import type { DatasetFacts } from '../data/datasets/dataset-reader.ts';
import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import type { Experiment, ModelConfig } from '../experiment/schema/schema.ts';
import type { InspectedCheckpoint } from '../models/checkpoint/checkpoint.ts';
import type { DeviceLookup } from './device.ts';

/** All that the checks look at; each reads what it needs and says nothing where that could not be found out. */
export interface CheckContext {
  readonly experiment: Experiment;
  /** The experiment as it is written, defaults not filled in; absent where there is no file. */
  readonly written?: unknown;
  /** Where relative paths start. */
  readonly directory: string;
  /** Where runs are kept that the experiment may name; left out: the nearest data directory upwards from `directory`. */
  readonly dataDirectory?: string;
  /** Absolute path of the experiment file, where there is one. */
  readonly file?: string;
  /** Which devices are here; left out: those of another machine may be meant, and the experiment's is not looked at. */
  readonly devices?: DeviceLookup;
  readonly dataset?: DatasetFacts;
  readonly storedTeacher?: InspectedCheckpoint;
  readonly storedStudent?: InspectedCheckpoint;
}

export type Check = (context: CheckContext) => readonly Finding[] | Promise<readonly Finding[]>;

/** The teacher's architecture, whether it is to be trained or lies in a checkpoint. */
export function teacherModel({ experiment, storedTeacher }: CheckContext): ModelConfig | undefined {
  return experiment.teacher?.model ?? storedTeacher?.config;
}

/** A mistake found by code that knows nothing of places, at its place. Other errors are thrown on. */
export function findingOf(error: unknown, path: JsonPath, code: string): Finding {
  if (!(error instanceof UserError)) throw error;
  return {
    message: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
    path,
    severity: 'error',
    code,
  };
}
