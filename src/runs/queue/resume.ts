import { existsSync } from 'node:fs';
import { UserError } from '../../base/user-error.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { isActive, isResumable, type RunState } from '../../worker/directory/run-states.ts';
import { resumableSql } from '../database/state-sql.ts';
import type { RunStore } from '../store.ts';

/**
 * Queues a run again that was interrupted, stopped or failed; it goes on from its last checkpoint, or from the start
 * where it had none. Throws UserError for a run in another state.
 */
export async function resumeRun(store: RunStore, id: string): Promise<void> {
  const run = await store.get(id);
  if (!run || !isResumable(run)) throw notResumable(id, run?.state);
  const directory = new RunDirectory(run.directory);
  if (!existsSync(directory.requestFile))
    throw new UserError(`The directory of run ${id} is gone, so it cannot be resumed.`, {
      place: directory.path,
      remedy: `Run the experiment again: distillery run ${run.file}`,
    });
  await directory.clearRequests();
  const queued = await store.transaction((database) =>
    database.run(`UPDATE runs SET state = 'queued', claimed_at = NULL WHERE id = ? AND ${resumableSql}`, [
      id,
    ]),
  );
  if (queued === 0) throw notResumable(id, (await store.get(id))?.state);
}

function notResumable(id: string, state: RunState | undefined): UserError {
  const reason =
    state === undefined
      ? 'it is gone'
      : state === 'cancelled'
        ? 'it was discarded when it was stopped, which keeps nothing to resume from'
        : `it is ${state}`;
  return new UserError(`The run ${id} cannot be resumed: ${reason}.`, {
    remedy:
      state !== undefined && isActive(state)
        ? 'Nothing is needed: it goes on by itself.'
        : 'Run the experiment again to make a new run.',
  });
}
