import { z } from 'zod';

/** UTF-16 units of a text that are shown. */
export const longestSample = 4000;
/** Further columns of a sample that are shown. */
export const mostColumns = 30;
/** Samples that are shown at once. */
export const mostSamples = 100;

/** A test sample as people look at it. */
export const shownSampleSchema = z.object({
  position: z.int().min(0),
  text: z.string().max(longestSample).optional(),
  /** Whether the text goes on. */
  cut: z.boolean().optional(),
  /** A PNG as a data URL, made small where it is large. */
  picture: z
    .string()
    .max(300_000)
    .regex(/^data:image\/png;base64,[\w+/=]*$/)
    .optional(),
  /** Of the picture as models read it. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** What else stands in its row of the data. */
  columns: z
    .array(z.tuple([z.string().max(1000), z.string().max(1000)]))
    .max(mostColumns)
    .optional(),
});
export type ShownSample = z.output<typeof shownSampleSchema>;
