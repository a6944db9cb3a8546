import { z } from 'zod';

/** Builders for the options of the schema: each takes the sentence users see, and a unit where there is one. */

export const wholeNumber = (minimum: number, description: string, unit?: string) =>
  z.int().min(minimum).meta(about(description, unit));

export const count = (description: string, unit?: string) => wholeNumber(1, description, unit);

/** 0 to 1, both included. */
export const fraction = (description: string) => z.number().min(0).max(1).describe(description);

/** 0 up to, but not including, 1. */
export const belowOne = (description: string) => z.number().min(0).lt(1).describe(description);

export const filePath = (description: string) =>
  z.string().min(1).max(4096).describe(`${description} Relative to the folder of this file, or absolute.`);

/** A trained model: a folder, or one of the Hugging Face Hub. */
export const checkpointPath = (description: string) =>
  z
    .string()
    .min(1)
    .max(4096)
    .describe(
      `${description} Relative to the folder of this file, absolute, or hf:owner/name@revision, which is downloaded from the Hugging Face Hub once: its safetensors, or where it has none its ONNX graph, which hf:owner/name@revision:onnx/model.onnx names where it has both.`,
    );

/** Names of a graph's parts say something of a checkpoint, so there must be one. */
export function graphOfCheckpoint(
  { checkpoint, graph }: { readonly checkpoint?: string | undefined; readonly graph?: unknown },
  context: z.RefinementCtx,
): void {
  if (graph === undefined || checkpoint !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: ['graph'],
    message: '"graph" names parts of the ONNX model in "checkpoint", and there is none.',
    params: { code: 'contradiction', remedy: 'Remove "graph", or name an ONNX model in "checkpoint".' },
  });
}

/** What a random generator starts from. */
export const seed = (description: string) =>
  z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .describe(description);

/** One of several names, each explained. */
export function choice<const C extends Record<string, string>>(choices: C, description: string) {
  type Names = { readonly [K in keyof C & string]: K };
  const names = Object.fromEntries(Object.keys(choices).map((name) => [name, name])) as Names;
  return z.enum(names).meta({ description, enumDescriptions: Object.values(choices) });
}

function about(description: string, unit: string | undefined) {
  return unit === undefined ? { description } : { description, unit };
}
