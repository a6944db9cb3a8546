import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../data/file-problem.ts';
import { UserError } from '../experiment/user-error.ts';
import { runsDirectory } from './data-directory.ts';
import type { RunStore } from './store.ts';

/** A directory of this name is being deleted; whoever finds it later deletes the rest. */
export const removedPrefix = '.removed-';

/** Deletes a run with its directory. Throws UserError where it runs, or its directory cannot be deleted. */
export async function removeRun(store: RunStore, id: string): Promise<void> {
  const directory = store.directoryOf(id);
  const aside = join(runsDirectory(store.dataDirectory), `${removedPrefix}${randomUUID()}`);
  await store.transaction(async (database) => {
    const row = await database.get<{ state: string }>('SELECT state FROM runs WHERE id = ?', [id]);
    if (!row)
      throw new UserError(`There is no run ${id} any more.`, { remedy: 'Look at `distillery runs`.' });
    if (row.state === 'running')
      throw new UserError(`The run ${id} is running.`, {
        remedy: `Stop it first: distillery stop ${id}`,
      });
    await database.run('DELETE FROM runs WHERE id = ?', [id]);
    await database.run('DELETE FROM experiments WHERE number NOT IN (SELECT experiment FROM runs)');
    // Moved in one step: a run that is half deleted would be found again and shown.
    await rename(directory, aside).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw fileProblem(error, directory);
    });
  });
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
}
