import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { ExclusiveLock } from '../../base/locks/exclusive-lock.ts';
import { isAlive, type ProcessIdentity, processArguments } from '../../base/locks/process-identity.ts';
import { UserError } from '../../base/user-error.ts';
import { EventLog } from '../../worker/directory/event-log.ts';
import type { RunEventBody } from '../../worker/directory/events.ts';
import { type ControlRequest, RunDirectory } from '../../worker/directory/run-directory.ts';
import type { RunState } from '../../worker/directory/run-states.ts';
import { sweepFolder } from '../directory/sweep.ts';
import { catchUp } from '../follow.ts';
import type { RunStore } from '../store.ts';

/**
 * Asks a run to end: a queued one ends at once, a running one within a step. After 'stop' it can be resumed; 'cancel'
 * keeps nothing to resume from. Throws UserError where it has ended already.
 */
export async function stopRun(store: RunStore, id: string, request: ControlRequest = 'stop'): Promise<void> {
  if (await leaveQueue(store, id, request)) return;
  const run = await store.get(id);
  if (run?.state !== 'running')
    throw new UserError(`The run ${id} is not running: it ${run ? 'has ended' : 'is gone'}.`, {
      remedy: 'Look at `distillery runs`.',
    });
  await new RunDirectory(run.directory).request(request);
}

/**
 * Ends a run without asking its worker, for one that does not answer: kills the process, and marks the run interrupted
 * even where the process is on a machine that is gone. Whoever else holds the run's lock for a moment is waited for.
 * @throws UserError where the worker is on another machine, or cannot be ended
 */
export async function killRun(store: RunStore, id: string): Promise<void> {
  if (await leaveQueue(store, id, 'stop')) return;
  const directory = new RunDirectory(store.directoryOf(id));
  await directory.requireReal();
  const { lockFile } = directory;
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const holder = await ExclusiveLock.tryAcquire(lockFile);
    if (holder instanceof ExclusiveLock) {
      await holder.release();
      await appendIfGone(store, id, () => ({ type: 'interrupted', message: 'Killed on request.' }));
      return;
    }
    await killWorker(holder, store.directoryOf(id));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new UserError(`The worker of ${id} does not end.`, {
    remedy:
      'Look at worker.log in the run directory; end the process it belongs to, or try again in a minute.',
  });
}

/**
 * Kills the holder of a run's lock where it is the worker of that run on this machine. The lock file may have been
 * written by anybody and its pid may belong to somebody else by now, so the process itself must agree: by when it
 * started, and by the run directory it was started with.
 */
async function killWorker(holder: ProcessIdentity, directory: string): Promise<void> {
  if ((await isAlive(holder)) === undefined)
    throw new UserError(`The worker is process ${holder.pid} on ${holder.host}, not on this machine.`, {
      remedy: 'End it there; the run is then marked interrupted by itself.',
    });
  if (holder.pid === process.pid || !(await isWorkerOf(holder.pid, directory))) return;
  // Asked again right before: the pid may have changed hands while the arguments were read.
  if (!(await isAlive(holder))) return;
  try {
    process.kill(holder.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      throw new UserError(`Process ${holder.pid} cannot be killed from here.`, {
        remedy:
          'It belongs to another user; ask that user to end it. The run is then marked interrupted by itself.',
        cause: error,
      });
  }
}

/** Whether a process was started to work on a run: launchers give the run directory as the last argument. */
async function isWorkerOf(pid: number, directory: string): Promise<boolean> {
  const last = (await processArguments(pid))?.at(-1)?.replace(/"$/, '');
  if (last === undefined) return false;
  if (last.endsWith(directory)) return true;
  // The data directory may be known by another path, through a link.
  const [real, wanted] = await Promise.all([last, directory].map((path) => realpath(path).catch(() => path)));
  return real === wanted;
}

/**
 * Ends a run early that others of its sweep are ahead of: a queued one at once, a running one while it trains its student;
 * one that has done so goes on to its end. Does nothing where it has ended.
 * @param because what the run says of it
 */
export async function dropRun(store: RunStore, id: string, because: string): Promise<void> {
  if (await leaveQueueWith(store, id, { type: 'dropped', message: because })) return;
  const run = await store.get(id);
  if (run?.state === 'running') await new RunDirectory(run.directory).requestDrop(because);
}

const leaveQueue = (store: RunStore, id: string, reason: ControlRequest): Promise<boolean> =>
  leaveQueueWith(store, id, { type: 'cancelled', reason });

async function leaveQueueWith(
  store: RunStore,
  id: string,
  word: RunEventBody & { readonly type: RunState },
): Promise<boolean> {
  const left = await store.transaction((database) =>
    // Claimed as a launcher would claim it, so that none can launch it now.
    database.run("UPDATE runs SET state = ? WHERE id = ? AND state = 'queued'", [word.type, id]),
  );
  if (left === 0) return false;
  await append(store, id, word);
  return true;
}

/**
 * Writes the last word of a run whose worker is gone without one, and stores it. The run's own lock decides: held, the
 * worker lives, or somebody else is writing this very word. `word` is asked for when the log is read to its end; it may
 * find that there is nothing to say. Gives back whether something was written.
 */
export async function appendIfGone(
  store: RunStore,
  id: string,
  word: () => RunEventBody | undefined | Promise<RunEventBody | undefined>,
): Promise<boolean> {
  const directory = new RunDirectory(store.directoryOf(id));
  if (!existsSync(directory.path)) return false;
  await directory.requireReal();
  const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
  if (!(lock instanceof ExclusiveLock)) return false;
  try {
    await catchUp(store, id);
    if ((await store.get(id))?.state !== 'running') return false;
    const body = await word();
    if (body) await append(store, id, body);
    if (body)
      for (const folder of [directory.path, directory.checkpointsDirectory]) await sweepFolder(folder);
    return body !== undefined;
  } finally {
    await lock.release();
  }
}

/** Adds an event to the log of a run that has no worker, and stores it. */
export async function append(store: RunStore, id: string, body: RunEventBody): Promise<void> {
  const directory = new RunDirectory(store.directoryOf(id));
  await directory.requireReal();
  const log = EventLog.open(directory.eventsFile);
  try {
    log.append(body);
  } finally {
    log.close();
  }
  await catchUp(store, id);
}
