import { z } from 'zod';
import { dataConditionSchema } from '../../answers/conditions.ts';
import type { DeviceReport } from '../../device/list-devices.ts';
import { graphNamesSchema } from '../../experiment/architectures/onnx-graph.ts';
import type { Problem } from '../../experiment/parsing/problem.ts';
import { datasetSchema } from '../../experiment/schema/schema.ts';
import { modelPartsSchema, modelReportSchema } from '../models/model-report-schema.ts';
import { mostSamples, shownSampleSchema } from '../samples/sample-schema.ts';
import { serverCostSchema } from './server-cost.ts';

/** What the two processes say to each other. Each holds the other's messages to this; neither grows beyond bounds. */

const path = z
  .array(z.union([z.string(), z.number()]))
  .max(64)
  .readonly();

const testSet = {
  dataset: datasetSchema,
  /** Where its relative paths start. */
  directory: z.string(),
  /** The folder of the student that was tested on it. */
  student: z.string(),
  /** Which samples these were. */
  samples: z.string(),
};

export const requestSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('check'),
    id: z.int(),
    text: z.string(),
    file: z.string(),
    dataDirectory: z.string().optional(),
    /** Which devices are here, where that was looked up. */
    devices: z.array(z.custom<DeviceReport>((value) => typeof value === 'object')).optional(),
  }),
  z.object({
    type: z.literal('inspect'),
    id: z.int(),
    folder: z.string(),
    graph: graphNamesSchema.optional(),
    freeze: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('parts'),
    id: z.int(),
    /** As an experiment names it. */
    checkpoint: z.string(),
    /** Where its relative paths start. */
    directory: z.string(),
    graph: graphNamesSchema.optional(),
  }),
  z.object({
    type: z.literal('show'),
    id: z.int(),
    of: z.object(testSet),
    positions: z.array(z.int().min(0)).max(mostSamples),
  }),
  z.object({
    type: z.literal('search'),
    id: z.int(),
    of: z.object(testSet),
    conditions: z.array(dataConditionSchema).max(100),
  }),
  z.object({
    type: z.literal('cost'),
    id: z.int(),
    text: z.string(),
    file: z.string(),
    dataDirectory: z.string(),
  }),
]);
export type Request = z.output<typeof requestSchema>;

export const mostProblems = 500;
/** UTF-16 units of a message. */
export const longestMessage = 20_000;

const text = z.string().max(longestMessage);

const fixSchema = z.union([
  z.strictObject({
    title: text,
    path,
    edits: z.array(z.object({ offset: z.int(), length: z.int(), content: z.string() })).readonly(),
  }),
  z.strictObject({ title: text, path, rename: z.string() }),
  z.strictObject({ title: text, path, remove: z.literal(true) }),
  z.strictObject({ title: text, path, value: z.unknown() }),
]);

const problemSchema = z.object({
  message: text,
  remedy: text.optional(),
  path,
  at: z.enum(['key', 'value']).optional(),
  severity: z.enum(['error', 'warning']),
  code: z.string().max(100),
  fix: fixSchema.optional(),
  offset: z.int(),
  length: z.int(),
  line: z.int(),
  column: z.int(),
}) satisfies z.ZodType<Problem>;

export const answerSchema = z.discriminatedUnion('type', [
  /** Work on a request begins: the process has started, and what stood before it is done. */
  z.object({ type: z.literal('begun'), id: z.int() }),
  /** Told before a file is read, with no request of its own. */
  z.object({ type: z.literal('reading'), file: text }),
  z.object({ type: z.literal('checked'), id: z.int(), problems: z.array(problemSchema).max(mostProblems) }),
  z.object({ type: z.literal('inspected'), id: z.int(), report: modelReportSchema }),
  /** Without parts of a model of the Hub that is not here. */
  z.object({ type: z.literal('parted'), id: z.int(), parts: modelPartsSchema.optional() }),
  z.object({ type: z.literal('shown'), id: z.int(), samples: z.array(shownSampleSchema).max(mostSamples) }),
  z.object({ type: z.literal('found'), id: z.int(), positions: z.array(z.int().min(0)) }),
  /** Without a cost where no server is asked. */
  z.object({ type: z.literal('estimated'), id: z.int(), cost: serverCostSchema.optional() }),
  /** The user's mistake. */
  z.object({
    type: z.literal('refused'),
    id: z.int(),
    message: text,
    remedy: text.optional(),
    place: text.optional(),
  }),
  /** Ours. */
  z.object({ type: z.literal('failed'), id: z.int(), message: text, stack: text.optional() }),
]);
export type Answer = z.output<typeof answerSchema>;

/** A text that fits into a message. */
export const cut = (whole: string): string =>
  whole.length <= longestMessage ? whole : `${whole.slice(0, longestMessage - 1)}…`;

/** As many problems, and as much of each, as fits into an answer; errors before warnings where they do not all fit. */
export function cutProblems(problems: readonly Problem[]): Problem[] {
  const kept =
    problems.length <= mostProblems
      ? problems
      : [
          ...problems.filter(({ severity }) => severity === 'error'),
          ...problems.filter(({ severity }) => severity === 'warning'),
        ].slice(0, mostProblems);
  return kept.map((problem) => ({
    ...problem,
    message: cut(problem.message),
    ...(problem.remedy !== undefined && { remedy: cut(problem.remedy) }),
  }));
}
