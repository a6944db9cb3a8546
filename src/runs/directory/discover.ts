import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { catchUp } from '../follow.ts';
import { isRunId } from '../run-id.ts';
import type { RunStore } from '../store.ts';
import { runsDirectory } from './data-directory.ts';
import { sweepHalfMade } from './half-made.ts';
import { finishRemoval, isBeingRemoved } from './remove.ts';

/**
 * Takes run directories that the database does not know into it: after it was lost, or when a directory was copied
 * here. Directories that cannot be read are told of and passed over.
 */
export async function discoverRuns(store: RunStore): Promise<{ found: string[]; problems: UserError[] }> {
  const folder = runsDirectory(store.dataDirectory);
  const known = new Set(await store.ids());
  const found: string[] = [];
  const problems: UserError[] = [];
  for (const { name } of (await readdir(folder, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )) {
    if (isBeingRemoved(name)) await finishRemoval(store, name);
    if (!isRunId(name) || known.has(name)) continue;
    try {
      const request = new RunDirectory(join(folder, name)).readRequest();
      if (await store.add(name, request)) {
        await catchUp(store, name);
        found.push(name);
      }
    } catch (error) {
      if (!(error instanceof UserError)) {
        problems.push(unreadable(join(folder, name), error));
        continue;
      }
      // Without its request a directory is one that is being made or deleted right now, or was, or is none of ours.
      if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') problems.push(error);
      else await sweepHalfMade(store, name);
    }
  }
  return { found, problems };
}

/** One run that cannot be read is one line; all others are shown. */
export function unreadable(directory: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError(`The run in ${directory} cannot be read: ${(error as Error).message}.`, {
    place: directory,
    remedy: 'Restore it from a copy, or delete its folder.',
    cause: error,
  });
}
