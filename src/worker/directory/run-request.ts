import { z } from 'zod';
import { experimentSchema } from '../../experiment/schema/schema.ts';
import { lengthened, shortened } from './project-path.ts';
import { sweptSchema } from './swept.ts';

/**
 * What experiment.json in a run directory holds: all a worker needs to know, frozen when the run was made. Validated
 * again where it is read, for anybody may have edited it.
 */
export const storedRequestSchema = z.object({
  /** The experiment with every default filled in and one seed. */
  experiment: experimentSchema,
  /**
   * Path of the experiment file this came from, relative to the data directory where the file lies beside it or below: a
   * project that is moved or copied takes its runs along. Version 0.1.0 wrote it absolute.
   */
  file: z.string(),
  /** Path of the folder from which relative paths in the experiment start, written as `file` is. */
  directory: z.string(),
  /** Only in requests of version 0.1.0: the absolute path of the data directory at that time. */
  dataDirectory: z.string().optional(),
  seed: z.int().min(0),
  device: experimentSchema.shape.device.unwrap(),
  /** What the user calls the run. */
  name: z.string(),
  /** The same for runs that differ by their seed alone. */
  group: z.string(),
  /** Absent of runs that belong to no sweep. */
  sweep: sweptSchema.optional(),
  /** How many requests of its teacher’s server somebody has agreed to; absent where nobody was asked. */
  serverRequests: z.int().min(0).optional(),
  /** What the run exports of itself at its end, by the names of src/export/forms.ts. */
  export: z
    .object({
      formats: z.array(z.string().max(64)).min(1).max(20),
      precisions: z.array(z.string().max(64)).min(1).max(20),
    })
    .optional(),
});

type StoredRequest = z.infer<typeof storedRequestSchema>;

/** A request with absolute paths, for the place at which its run directory lies now. */
export interface RunRequest extends Omit<StoredRequest, 'dataDirectory'> {
  /** The data directory (.distillery) that the run belongs to, where teachers and caches are shared. */
  readonly dataDirectory: string;
}

/** What to write into a run directory that lies in this data directory. */
export function toStored({ dataDirectory: _, ...request }: RunRequest, dataDirectory: string): StoredRequest {
  return {
    ...request,
    file: shortened(request.file, dataDirectory),
    directory: shortened(request.directory, dataDirectory),
  };
}

/**
 * @param dataDirectory the one the run directory lies in. Never the one that is written down: it may have been moved
 * since, or planted, and a run writes into its own data directory only.
 */
export function fromStored(
  { dataDirectory: old, ...stored }: StoredRequest,
  dataDirectory: string,
): RunRequest {
  const lengthen = (path: string) => lengthened(path, dataDirectory, old);
  return { ...stored, dataDirectory, file: lengthen(stored.file), directory: lengthen(stored.directory) };
}
