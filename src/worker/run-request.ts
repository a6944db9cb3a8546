import { z } from 'zod';
import { experimentSchema } from '../experiment/schema.ts';

/**
 * What experiment.json in a run directory holds: all a worker needs to know, frozen when the run was made. Validated
 * again where it is read, for anybody may have edited it.
 */
export const runRequestSchema = z.object({
  /** The experiment with every default filled in and one seed. */
  experiment: experimentSchema,
  /** Absolute path of the experiment file this came from. */
  file: z.string(),
  /** Absolute path of the folder from which relative paths in the experiment start. */
  directory: z.string(),
  /** Absolute path of the data directory (.distillery), where teachers and caches are shared. */
  dataDirectory: z.string(),
  seed: z.int().min(0),
  device: experimentSchema.shape.device.unwrap(),
  /** What the user calls the run. */
  name: z.string(),
  /** The same for runs that differ by their seed alone. */
  group: z.string(),
});

export type RunRequest = z.infer<typeof runRequestSchema>;
