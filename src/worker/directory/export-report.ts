import { z } from 'zod';

/**
 * What a run keeps of an export of one of its models. A later version may know further formats and precisions: names are
 * read as they are, up to a length.
 */

const measured = z.number().nullable();

export const exportReportSchema = z.object({
  /** 'student', or the name of the exit or peer. */
  model: z.string().min(1).max(255),
  /** Where it lies; relative to the data directory, as paths of a project are kept. */
  folder: z.string().min(1).max(4096),
  files: z
    .array(
      z.object({
        /** Within the folder, with '/' between names. */
        file: z.string().min(1).max(1024),
        bytes: z.number().min(0),
        precision: z.string().max(64),
        /** For which texts it answers otherwise than the trained model, whatever its weights, or what does not open it. */
        remark: z.string().max(4000).optional(),
        /** How it answers beside the trained model; absent of files that nothing here runs. */
        check: z
          .object({
            /** What computed the answers: 'onnxruntime', or 'distillery' over weights that were read back. */
            by: z.string().max(64).optional(),
            samples: z.number().min(0),
            /** Why the samples are made up, where the test data could not be read. */
            madeUp: z.string().max(4000).optional(),
            /** Of all logits. */
            largestDifference: measured,
            /** Share of answers that are the same, 0…1. */
            agreement: measured,
            /** Median milliseconds of one sample; null where the file itself was not run. */
            latencyMs: measured,
          })
          .optional(),
      }),
    )
    .max(200),
  /** Why it was not exported; then there are no files. */
  problem: z.string().max(4000).optional(),
});

export type ExportReport = z.infer<typeof exportReportSchema>;
