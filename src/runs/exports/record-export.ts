import { setTimeout as pause } from 'node:timers/promises';
import { ExclusiveLock } from '../../base/locks/exclusive-lock.ts';
import { UserError } from '../../base/user-error.ts';
import type { ExportReport } from '../../worker/directory/export-report.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { append } from '../queue/control.ts';
import type { RunStore } from '../store.ts';

/** Whoever else writes to the log of a run that has ended is done within moments. */
const patienceMs = 10_000;

/**
 * Keeps the report of an export with its run, in its log and in the store.
 * @throws UserError where the log cannot be written, or a worker writes to it
 */
export async function recordExport(
  store: RunStore,
  id: string,
  report: ExportReport,
  waitMs = patienceMs,
): Promise<void> {
  const directory = new RunDirectory(store.directoryOf(id));
  await directory.requireReal();
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
    if (lock instanceof ExclusiveLock)
      try {
        const before = await exportsIn(store, id);
        await append(store, id, { type: 'exported', export: report });
        if ((await exportsIn(store, id)) === before)
          throw new UserError('The log of the run is not the one that its record was made from.', {
            place: directory.eventsFile,
            remedy: 'Rebuild the database from the run directories: distillery rebuild.',
          });
        return;
      } finally {
        await lock.release();
      }
    if (performance.now() > deadline)
      throw new UserError(`Process ${lock.pid} on ${lock.host} is working on the run.`, {
        remedy: 'Export it again when it has ended.',
      });
    await pause(100);
  }
}

/** Each has its number and time, so that this is another text with every further one. */
const exportsIn = async (store: RunStore, id: string): Promise<string | undefined> =>
  JSON.stringify((await store.get(id))?.exports);
