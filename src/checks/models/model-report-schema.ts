import { z } from 'zod';

const text = z.string().max(2000);
const count = z.number().nonnegative();

/** What a model is, as `distillery inspect` tells it; also the message in which it crosses processes. */
export const modelReportSchema = z.object({
  architecture: text,
  /** What it does, as tasks are called in comparisons. */
  task: text,
  classes: count,
  classNames: z.array(text).max(1000).optional(),
  /** Numbers that are trained. */
  parameters: count,
  /** Of its files. */
  bytes: count,
  image: z.array(count).max(3).optional(),
  vocabulary: count.optional(),
  /** Most tokens of a text. */
  length: count.optional(),
  /** What it takes and answers with, of an ONNX graph. */
  inputs: z.array(z.object({ name: text, shape: text })).max(64),
  outputs: z.array(z.object({ name: text, shape: text })).max(64),
  /** Hidden states by the numbers that strategies take: 0 goes into the first layer. */
  layers: z.array(z.object({ shape: text, name: text.optional() })).max(10_000),
});

export type ModelReport = z.output<typeof modelReportSchema>;
