import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { LoadedExperiment } from '../experiment/parsing/load.ts';
import type { DeviceChoice } from '../experiment/schema/schema.ts';
import type { ExportPlan } from '../export/export-model.ts';
import { RunDirectory } from '../worker/directory/run-directory.ts';
import type { RunRequest } from '../worker/directory/run-request.ts';
import { familyOf } from './directory/kept-paths.ts';
import { newRunId } from './run-id.ts';
import type { RunStore } from './store.ts';

export interface RunOptions {
  /** Instead of the seeds in the file. */
  readonly seeds?: readonly number[];
  /** Instead of the device in the file. */
  readonly device?: DeviceChoice;
  /** What to call the runs; the name of the experiment where it is left out. */
  readonly name?: string;
  /** The point of a sweep that the runs are of. */
  readonly sweep?: RunRequest['sweep'];
  /** How many requests of a teacher’s server were agreed to; left out: none. */
  readonly serverRequests?: number | undefined;
  /** What each run exports of itself at its end, into its own directory. */
  readonly export?: ExportPlan | undefined;
}

/**
 * Makes one run per seed and queues it: first its directory, with the experiment frozen as it is now, then its row.
 * Where one cannot be made, none is left. Gives back their ids. Throws UserError.
 */
export async function createRuns(
  store: RunStore,
  loaded: Pick<LoadedExperiment, 'experiment' | 'file' | 'directory'>,
  options: RunOptions = {},
): Promise<string[]> {
  const device = options.device ?? loaded.experiment.device;
  // What a sweep would try is no part of what a run does.
  const { sweep: _, ...rest } = loaded.experiment;
  const experiment = { ...rest, device };
  const group = familyOf(experiment, loaded.directory, store.dataDirectory);
  const made: { id: string; request: RunRequest }[] = [];
  try {
    // Whoever finds a directory without its request while nobody else writes knows that it was left behind.
    await store.transaction(async () => {
      for (const seed of new Set(options.seeds ?? experiment.seeds)) {
        const request: RunRequest = {
          experiment: { ...experiment, seeds: [seed] },
          file: loaded.file,
          directory: loaded.directory,
          dataDirectory: store.dataDirectory,
          seed,
          device,
          name: options.name ?? experiment.name,
          group,
          ...(options.sweep && { sweep: options.sweep }),
          ...(options.serverRequests !== undefined && { serverRequests: options.serverRequests }),
          ...(options.export && {
            export: { formats: [...options.export.formats], precisions: [...options.export.precisions] },
          }),
        };
        const id = unusedId(store, request);
        made.push({ id, request });
        await new RunDirectory(store.directoryOf(id)).create(request);
      }
    });
    for (const { id, request } of made) await store.add(id, request);
  } catch (error) {
    for (const { id } of made) await rm(store.directoryOf(id), { recursive: true, force: true });
    throw error;
  }
  return made.map(({ id }) => id);
}

function unusedId(store: RunStore, { experiment, seed }: RunRequest): string {
  for (;;) {
    const id = newRunId({ experiment: experiment.name, strategy: experiment.strategy.kind, seed });
    if (!existsSync(store.directoryOf(id))) return id;
  }
}
