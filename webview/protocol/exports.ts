import * as z from 'zod/mini';
import { type Fitting, figure, flag, number, text } from './schema.ts';

/** A model of a run that was exported, or could not be. */
export const exportedModel = z.object({
  /** 'student', or the name of the exit or peer. */
  model: text,
  /** Absolute path. */
  folder: text,
  /** Milliseconds since 1970. */
  time: number,
  /** Whether the folder is there still. */
  there: flag,
  /** Why it was not exported; then there are no files. */
  problem: z.nullable(text),
  files: z.array(
    z.object({
      /** Within the folder. */
      file: text,
      precision: text,
      bytes: number,
      /** For which texts it answers otherwise, whatever its weights, or what does not open it; null where nothing is. */
      remark: z.nullable(text),
      /** How it answers beside the trained model; null of files that nothing here runs. */
      check: z.nullable(
        z.object({
          /** What computed the answers; null in reports of before that was said. */
          by: z.nullable(text),
          samples: number,
          /** Why the samples are made up; null where they are those of the test set. */
          madeUp: z.nullable(text),
          /** 0…1. */
          agreement: figure,
          /** Of all logits. */
          largestDifference: figure,
          latencyMs: figure,
        }),
      ),
    }),
  ),
});
export type ExportedModel = Fitting<typeof exportedModel>;
