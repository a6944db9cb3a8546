import { z } from 'zod';

/**
 * A file of teacher signals by sample id: magic, length of the header (uint32), header (JSON), sample ids (int32),
 * tokens of each sample (int32, 0 where there are none), one row per sample holding all its signals, the seconds it took
 * to compute them (float64), CRC-32 of everything before. Little-endian.
 *
 * A signal per token is kept for real tokens only, so that it does not depend on what a text was padded to.
 *
 * Numbers are kept in float32, as the teacher gives them, so that a run with the cache learns what one without learns.
 * Fewer bits would not do: half precision ends at 65,504, and hidden states of large models go beyond.
 */
export const magic = Buffer.from('DSTSIG03');
export const footerBytes = 12;

const columnSchema = z.object({
  name: z.string(),
  /** Of one sample, or of one token. */
  shape: z.array(z.int().min(1)),
  perToken: z.boolean(),
  dtype: z.enum(['float32', 'int32']),
});

export const headerSchema = z.object({
  key: z.string(),
  samples: z.int().min(0),
  signals: z.array(columnSchema),
});

export type Header = z.infer<typeof headerSchema>;
export type Column = z.infer<typeof columnSchema>;

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);

const bytesPerNumber = 4;

export const columnBytes = ({ shape, perToken }: Column, tokens: number): number =>
  sizeOf(shape) * (perToken ? tokens : 1) * bytesPerNumber;

export const rowBytes = (columns: readonly Column[], tokens: number): number =>
  columns.reduce((sum, column) => sum + columnBytes(column, tokens), 0);
