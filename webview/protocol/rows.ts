import * as z from 'zod/mini';
import type { ConfigValue } from '../../src/compare/flat-config.ts';
import type { SeriesInfo } from '../../src/runs/database/metrics.ts';
import { runFigures, runState } from './figures.ts';
import { type Fitting, figure, flag, named, number, type Schema, shapeOf, text, texts } from './schema.ts';

/** The runs of the overview, and what changes of them. */

/** A recorded metric of the student, in short. */
export type MetricSummary = Pick<SeriesInfo, 'last' | 'lowest' | 'highest'>;

/** One run in the overview. Times are milliseconds since 1970. */
export const runRow = z.object({
  id: text,
  name: text,
  experiment: text,
  /** The same for runs that differ by their seed alone; names an entry of RunsSnapshot.configs. */
  group: text,
  strategy: text,
  /** The data, in a word or two. */
  data: text,
  seed: number,
  state: runState,
  createdAt: number,
  startedAt: figure,
  endedAt: figure,
  /** Whether it can go on: `isResumable` of src/worker. */
  resumable: flag,
  /** What a running run does, and how far it is; null where it does not say. */
  phase: z.nullable(text),
  /** 0…1 of the phase. */
  progress: figure,
  remainingSeconds: figure,
  /** Why a run failed, for people. */
  problem: z.nullable(text),
  tags: texts,
  note: text,
  /** Number of the event that told of the latest export, null where there is none. */
  lastExport: figure,
  baseline: flag,
  /** Without what only pictures show: confusion, reliability and disagreement are null. */
  figures: runFigures,
  metrics: named(shapeOf<MetricSummary>({ last: figure, lowest: figure, highest: figure })),
});
export type RunRow = Fitting<typeof runRow>;

/** A value of a configuration is no object; what lists hold is not looked at. */
const configValue: Schema<ConfigValue> = z.union([
  text,
  number,
  flag,
  z.null(),
  z.array(z.unknown()),
]) as unknown as Schema<ConfigValue>;

/** Resolved configurations by RunRow.group: dotted keys to values. */
const configs = named(named(configValue));
export type FlatConfig = Fitting<typeof configs>[string];

export const runsSnapshot = z.object({ runs: z.array(runRow), configs });
export type RunsSnapshot = Fitting<typeof runsSnapshot>;

export const runsChanges = z.object({
  /** New rows and rows that are not as they were, whole. */
  runs: z.array(runRow),
  configs,
  removed: texts,
});
export type RunsChanges = Fitting<typeof runsChanges>;
