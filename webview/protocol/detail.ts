import * as z from 'zod/mini';
import type { Hyperparameter } from '../../src/experiment/editing/hyperparameters.ts';
import type { JsonPath } from '../../src/experiment/parsing/problem.ts';
import { exportedModel } from './exports.ts';
import { continuations, disagreement, modelFigures } from './figures.ts';
import { anything, type Fitting, figure, flag, number, oneOf, type Schema, shapeOf, text } from './schema.ts';

/** What the page shows of one run, and what it hears of a running one. */

/** Points of one curve, by rising step; the four lists are of one length. */
export const curve = z
  .object({
    run: text,
    /** student, teacher, or a peer or exit by name. */
    model: text,
    metric: text,
    steps: z.array(number),
    epochs: z.array(number),
    /** Milliseconds since 1970. */
    times: z.array(number),
    values: z.array(figure),
  })
  .check(
    z.refine(({ steps, epochs, times, values }) =>
      [epochs, times, values].every(({ length }) => length === steps.length),
    ),
  );
export type CurveData = Fitting<typeof curve>;

export const path: Schema<JsonPath> = z.array(z.union([text, number]));

/** A hyperparameter of a run as a cell to edit. */
export interface ParameterRow
  extends Pick<
    Hyperparameter,
    'path' | 'name' | 'value' | 'default' | 'changed' | 'description' | 'type' | 'expected' | 'choices'
  > {
  /** Whether an empty cell means none. */
  readonly clearable: boolean;
}
type Choice = NonNullable<ParameterRow['choices']>[number];

const parameter = shapeOf<ParameterRow>({
  path,
  name: text,
  value: anything,
  default: anything,
  changed: flag,
  description: text,
  type: oneOf<ParameterRow['type']>({
    integer: true,
    number: true,
    boolean: true,
    text: true,
    choice: true,
    list: true,
  }),
  expected: text,
  choices: z.optional(z.array(shapeOf<Choice>({ value: text, description: z.optional(text) }))),
  clearable: flag,
});

/** An event of a run, in words. */
export const eventLine = z.object({ seq: number, time: number, type: text, text });
export type EventLine = Fitting<typeof eventLine>;

/** A model of a run with all that was measured of it: the student, the teacher, exits and peers. */
export const measuredModel = z.object({
  name: text,
  role: z.enum(['student', 'teacher', 'exit', 'peer', 'ensemble']),
  figures: modelFigures,
});
export type MeasuredModel = Fitting<typeof measuredModel>;

/** What can be known of a run. The host finds out each by itself; a panel of the page says which it draws. */
const facts = {
  parameters: z.array(parameter),
  /** Whether the experiment file is still there to write to. */
  writable: flag,
  file: text,
  directory: text,
  environment: z.array(z.object({ label: text, value: text })),
  checkpoints: z.array(z.object({ epoch: number, best: flag, path: text })),
  files: z.array(z.object({ path: text, bytes: number })),
  models: z.array(measuredModel),
  /** By true class; null where nothing was classified by both. */
  disagreement,
  continuations,
  /** Whether it kept what its models answered to each test sample. */
  answers: flag,
  /** The latest first. */
  exports: z.array(exportedModel),
  /** Names of the recorded curves. */
  curves: z.array(z.object({ model: text, metric: text })),
  /** The latest events, oldest first. */
  events: z.array(eventLine),
  /** The last lines of worker.log. */
  log: text,
};
export type Facts = Omit<RunDetail, 'run'>;

export const runDetail = z.object({ run: text, ...facts });
export type RunDetail = Fitting<typeof runDetail>;

/** What a part of a machine does just now; null where it does not tell. */
const usage = z.object({
  name: text,
  /** 0…1. */
  load: figure,
  /** Bytes. */
  memoryUsed: figure,
  memoryTotal: figure,
  /** Watts. */
  power: figure,
});
export type Usage = Fitting<typeof usage>;

/** The machine as a whole, whoever uses it, and the worker of the run. */
export const machineUsage = z.object({
  processor: usage,
  gpus: z.array(usage),
  /** Processor cores that the worker keeps busy, and its memory in bytes. */
  worker: z.object({ cores: figure, memory: figure }),
});
export type MachineUsage = Fitting<typeof machineUsage>;
