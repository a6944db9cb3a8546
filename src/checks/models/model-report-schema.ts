import { z } from 'zod';

const text = z.string().max(2000);
const count = z.number().nonnegative();
/** More than the parts of any model that is trained here. */
export const mostParts = 20_000;
const list = <T extends z.ZodType>(item: T) => z.array(item).max(mostParts);
const tensor = z.object({ name: text, shape: text });

/** What a model is made of, by name. */
export const modelPartsSchema = z.object({
  /** Of an ONNX graph: what it takes, and all values within that can be named. */
  inputs: list(text),
  values: list(text),
  /** Trained. */
  parameters: list(tensor),
  /** Running statistics. */
  buffers: list(tensor),
  /** Layers that an adapter of low rank can stand beside. */
  adaptable: list(text),
  /** The same numbers as a parameter, under another name. */
  tied: list(z.object({ name: text, parameter: text })),
  /** Floats of an ONNX graph that are not trained, and why. */
  constants: list(tensor.extend({ why: text })),
  /** Hidden layers, where that could be found out. */
  layers: count.optional(),
  /** How many parts are too many to be listed, or have names that are too long. */
  leftOut: count,
});

export type ModelParts = z.output<typeof modelPartsSchema>;

/** What a model is, as `distillery inspect` tells it; also the message in which it crosses processes. */
export const modelReportSchema = z.object({
  architecture: text,
  /** What it does, as tasks are called in comparisons. */
  task: text,
  classes: count,
  classNames: z.array(text).max(1000).optional(),
  /** Numbers that are trained. */
  parameters: count,
  /** How many of them the patterns that were asked for would keep. */
  frozen: count.optional(),
  /** Of its files. */
  bytes: count,
  image: z.array(count).max(3).optional(),
  vocabulary: count.optional(),
  /** Most tokens of a text. */
  length: count.optional(),
  /** What it takes and answers with, of an ONNX graph. */
  inputs: z.array(z.object({ name: text, shape: text, role: text.optional() })).max(64),
  outputs: z.array(z.object({ name: text, shape: text })).max(64),
  /** The value that is the answer, of an ONNX graph. */
  logits: text.optional(),
  /** Hidden states by the numbers that strategies take: 0 goes into the first layer. */
  layers: z.array(z.object({ shape: text, name: text.optional() })).max(10_000),
  /** Where "dropout" of a student would act without "dropoutAt", of an ONNX graph that can be trained. */
  drops: list(text).optional(),
  /** What can be done with it, and why not. */
  can: z.array(z.object({ what: text, refusal: text.optional() })).max(64),
  parts: modelPartsSchema,
});

export type ModelReport = z.output<typeof modelReportSchema>;
