import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import { isFull } from '../database/database-problem.ts';
import { isRunId } from '../run-id.ts';
import { openStoreReadOnly, type RunStore } from '../store.ts';
import { runDirectory, runsDirectory } from './data-directory.ts';

/**
 * A directory of this name belongs to a run that is being deleted; behind it stands the run's id. It stays, empty, until
 * the run's row is gone too, so that whoever comes next can finish what was begun.
 */
const removedPrefix = '.removed-';

export const isBeingRemoved = (name: string) => name.startsWith(removedPrefix);

/** Deletes a run with its directory. Throws UserError where it runs, or its directory cannot be deleted. */
export async function removeRun(store: RunStore, id: string): Promise<void> {
  // Refuses what is no id and could lead elsewhere.
  store.directoryOf(id);
  try {
    await deleteRow(store, id, () => setAside(store.dataDirectory, id));
  } catch (error) {
    if (!isFull(error)) throw error;
    // The database needs room to forget the run, and deleting is how room is made.
    refuseRunning(await store.get(id), id);
    await setAside(store.dataDirectory, id);
    await empty(asideOf(store.dataDirectory, id));
  }
  await finishRemoval(store, `${removedPrefix}${id}`);
}

/**
 * Frees the room of runs on a disk so full that not even the database can be opened for writing. Their rows go when
 * the store is opened next. Throws UserError as {@link removeRun}, before anything is deleted.
 * @param parts ids, or parts of them
 */
export async function freeRoomOf(dataDirectory: string, parts: readonly string[]): Promise<void> {
  const store = await openStoreReadOnly(dataDirectory);
  const ids: string[] = [];
  try {
    for (const part of parts) {
      const run = await store.find(part);
      refuseRunning(run, run.id);
      ids.push(run.id);
    }
  } finally {
    await store.close();
  }
  for (const id of ids) {
    await setAside(dataDirectory, id);
    await empty(asideOf(dataDirectory, id));
  }
}

/** Deletes what is left of a run whose deletion was begun. @param name of its directory, which {@link isBeingRemoved} */
export async function finishRemoval(store: RunStore, name: string): Promise<void> {
  const directory = join(runsDirectory(store.dataDirectory), name);
  await empty(directory);
  const id = name.slice(removedPrefix.length);
  if (isRunId(id)) await deleteRow(store, id).catch(unlessGone);
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

const asideOf = (dataDirectory: string, id: string) =>
  join(runsDirectory(dataDirectory), `${removedPrefix}${id}`);

/** Moves the run directory in one step: a run that is half deleted would be found again and shown. */
async function setAside(dataDirectory: string, id: string): Promise<void> {
  const directory = runDirectory(dataDirectory, id);
  const aside = asideOf(dataDirectory, id);
  try {
    await rename(directory, aside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') await mkdir(aside, { recursive: true });
    // An earlier deletion of a run of this id was broken off.
    else if (code === 'ENOTEMPTY' || code === 'EEXIST') {
      await rm(aside, { recursive: true, force: true, maxRetries: 3 });
      await rename(directory, aside);
    } else throw fileProblem(error, directory);
  }
}

/** Deletes all within a folder and keeps the folder. */
async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
}

class Gone extends UserError {}

const unlessGone = (error: unknown) => {
  if (!(error instanceof Gone)) throw error;
};

function deleteRow(store: RunStore, id: string, before?: () => Promise<void>): Promise<void> {
  return store.transaction(async (database) => {
    const row = await database.get<{ state: string }>('SELECT state FROM runs WHERE id = ?', [id]);
    refuseRunning(row, id);
    await database.run('DELETE FROM runs WHERE id = ?', [id]);
    await database.run('DELETE FROM experiments WHERE number NOT IN (SELECT experiment FROM runs)');
    await before?.();
  });
}

function refuseRunning(run: { readonly state: string } | undefined, id: string): void {
  if (!run) throw new Gone(`There is no run ${id} any more.`, { remedy: 'Look at `distillery runs`.' });
  if (run.state === 'running')
    throw new UserError(`The run ${id} is running.`, { remedy: `Stop it first: distillery stop ${id}` });
}
