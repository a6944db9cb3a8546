import { UserError } from '../../base/user-error.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { catchUp } from '../follow.ts';
import type { RunStore } from '../store.ts';

/**
 * Reads runs whose rows in the database are damaged anew from their directories, which are the truth.
 * @returns for each what was found and done, for the user
 */
export async function repairDamagedRows(
  store: RunStore,
  ids: readonly string[] = store.takeDamaged(),
): Promise<UserError[]> {
  const told: UserError[] = [];
  for (const id of ids) told.push(await repair(store, id));
  return told;
}

async function repair(store: RunStore, id: string): Promise<UserError> {
  const place = store.directoryOf(id);
  const damaged = `The row of the run ${id} in the database is damaged.`;
  try {
    const request = new RunDirectory(place).readRequest();
    await store.transaction((database) => database.run('DELETE FROM runs WHERE id = ?', [id]));
    await store.add(id, request);
    await catchUp(store, id);
    return new UserError(damaged, {
      place,
      remedy: 'It was read again from its directory; nothing is to be done.',
    });
  } catch (error) {
    return new UserError(
      `${damaged} It cannot be read from its directory either: ${(error as Error).message}`,
      {
        place,
        remedy: `Restore the directory from a copy, or delete the run: distillery remove ${id}`,
        cause: error,
      },
    );
  }
}
