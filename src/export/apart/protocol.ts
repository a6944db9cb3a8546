import { z } from 'zod';
import { datasetSchema } from '../../experiment/schema/schema.ts';
import { type Format, formats, type Precision, precisions } from '../forms.ts';

/** What passes between the process that exports models and whoever started it; validated on both sides. */

const names = <Name extends string>(known: Readonly<Record<Name, unknown>>) =>
  z.array(z.enum(Object.keys(known) as [Name, ...Name[]]));

export const requestSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('export'),
    /** Folder of a model that Distillery saved. */
    from: z.string(),
    to: z.string(),
    formats: names<Format>(formats),
    precisions: names<Precision>(precisions),
    /** The data of its run, and the folder from which paths in it start. */
    dataset: datasetSchema,
    directory: z.string(),
  }),
  z.object({ type: z.literal('stop') }),
]);

export type Request = z.input<typeof requestSchema>;
export type ExportRequest = Extract<z.output<typeof requestSchema>, { type: 'export' }>;

const fileSchema = z.object({
  /** Within the folder, with '/' between names. */
  file: z.string(),
  bytes: z.int(),
  precision: z.enum(Object.keys(precisions) as [Precision, ...Precision[]]),
  /** Of GGUF files: for which texts they answer otherwise than the trained model. Of ONNX files: what does not open them. */
  remark: z.string().optional(),
  /** Of ONNX and GGUF files: how they answer beside the trained model. */
  check: z
    .object({
      /** What computed the answers: what also runs such files, or Distillery's own model over the weights of the file. */
      by: z.enum(['onnxruntime', 'distillery']),
      samples: z.int(),
      /** Why the samples are made up, where the test data could not be read. */
      madeUp: z.string().optional(),
      /** Of all logits. */
      largestDifference: z.number(),
      /** Share of answers that are the same, 0…1. */
      agreement: z.number(),
      /** Median milliseconds of one sample; null where the file itself was not run. */
      latencyMs: z.number().nullable(),
    })
    .optional(),
});

export const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('telling'), line: z.string() }),
  z.object({ type: z.literal('exported'), files: z.array(fileSchema) }),
  z.object({ type: z.literal('stopped') }),
  z.object({
    type: z.literal('refused'),
    message: z.string(),
    remedy: z.string().optional(),
    place: z.string().optional(),
  }),
  z.object({ type: z.literal('failed'), message: z.string(), stack: z.string().optional() }),
]);

export type Answer = z.infer<typeof answerSchema>;
/** A file of weights that was written. */
export type ExportedFile = z.infer<typeof fileSchema>;
