import { rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileProblem } from '../base/file-problem.ts';
import { Interruption } from '../base/interruption.ts';
import { ExclusiveLock } from '../base/locks/exclusive-lock.ts';
import type { ProcessIdentity } from '../base/locks/process-identity.ts';
import { UserError } from '../base/user-error.ts';
import { usableCores } from '../device/cores.ts';
import type { Device } from '../device/device.ts';
import { openDevice } from '../device/open-device.ts';
import { grantedThreads, threadsGrant } from '../device/worker-environment.ts';
import { compresses } from '../experiment/strategies/compression.ts';
import type { ExportingOptions } from '../export/apart/exporting-process.ts';
import { Checkpoints } from '../training/checkpoint.ts';
import { Control } from './directory/control.ts';
import { EventLog } from './directory/event-log.ts';
import type { RunEvent } from './directory/events.ts';
import { endedSinceLaunch } from './directory/launch-note.ts';
import { readEvents } from './directory/read-events.ts';
import { RunDirectory } from './directory/run-directory.ts';
import { perhapsResumableStates, resumableStates } from './directory/run-states.ts';
import { exportAtEnd } from './exports/export-at-end.ts';
import { compressionJob } from './jobs/compression-job.ts';
import { runJob } from './jobs/job.ts';
import { trainingJob } from './jobs/training-job.ts';
import { versions } from './versions.ts';
import { watchOver } from './watchdog.ts';

const leavingMs = 20_000;
/** Last words after which a run may be resumed. */
const lastWordTypes = new Set<string | undefined>([...resumableStates, ...perhapsResumableStates]);

/** 0: did what was asked, be it to the end or to a requested stop; 2: the user's mistake; 1: ours. */
export type ExitCode = 0 | 1 | 2;

/**
 * Runs one run from its directory, from the start or from its last checkpoint. All that happens is written to the
 * run's events; what cannot be written there is printed.
 * @param exporter program and first arguments that start the process which exports models
 */
export async function runWorker(path: string, exporter: ExportingOptions['command']): Promise<ExitCode> {
  const directory = new RunDirectory(path);
  try {
    await requireDirectory(directory);
    const lock = await acquire(directory);
    if (!(lock instanceof ExclusiveLock))
      throw new UserError(`Process ${lock.pid} on ${lock.host} is working on ${directory.path} already.`, {
        remedy: 'Follow that run, or stop it first.',
      });
    const leave = watchOver(directory);
    try {
      return await runLocked(directory, exporter);
    } finally {
      await leave();
      await lock.release();
    }
  } catch (error) {
    return complain(error);
  }
}

/** A worker that has said its last word may still be letting go of its device when its run is resumed already. */
async function acquire(directory: RunDirectory): Promise<ExclusiveLock | ProcessIdentity> {
  for (const deadline = performance.now() + leavingMs; ; await pause(100)) {
    const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
    if (lock instanceof ExclusiveLock || performance.now() > deadline) return lock;
    const { events } = await readEvents(directory.eventsFile);
    if (!lastWordTypes.has(events.at(-1)?.type)) return lock;
  }
}

async function requireDirectory(directory: RunDirectory): Promise<void> {
  const { path } = directory;
  await directory.requireReal();
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    throw fileProblem(error, path);
  }
  throw new UserError(`${path} is a file, not a run directory.`, { remedy: 'Name the folder of a run.' });
}

async function runLocked(directory: RunDirectory, exporter: ExportingOptions['command']): Promise<ExitCode> {
  if (await endedSinceLaunch(directory))
    throw new UserError(`The run in ${directory.path} was ended before its worker could begin.`, {
      remedy: 'Resume it to go on with it.',
    });
  const { events } = await readEvents(directory.eventsFile);
  if (events.some(({ type }) => type === 'completed'))
    throw new UserError(`The run in ${directory.path} is completed; there is nothing left to do.`, {
      remedy: 'Run the experiment again to make a new run.',
    });
  const log = EventLog.open(directory.eventsFile);
  const control = new Control(directory);
  const onSignal = () => control.stop();
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  let device: Device | undefined;
  let begun = false;
  try {
    const request = directory.readRequest();
    await directory.requireOwnFolders();
    begun = true;
    const threads = threadsOf(events);
    device = await openDevice(request.device, { threads });
    const checkpoints = new Checkpoints(directory.checkpointsDirectory);
    const state = await checkpoints.peek('last');
    log.append({
      type: 'started',
      pid: process.pid,
      host: hostname(),
      device: device.name,
      deviceKind: device.kind,
      versions: versions(),
      threads,
      ...(state && { resumedFromEpoch: state.epoch }),
    });
    const work = compresses(request.experiment.strategy) ? compressionJob : trainingJob;
    await runJob({ directory, request, device, log, checkpoints, control }, work);
    await exportAtEnd({
      ...{ directory, request, log, control },
      command: exporter,
      environment: threadsGrant(threads),
    });
    log.append({ type: 'completed' });
    await checkpoints.remove('last');
    return 0;
  } catch (error) {
    // Deleted meanwhile, it cannot fail for want of its files, and nothing of it may come back.
    if (begun && directory.isDeleted()) {
      await rm(directory.path, { recursive: true, force: true });
      return 0;
    }
    return await lastWords(error, log, directory);
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    log.close();
    await device?.dispose();
  }
}

/** Those the run began with, else what the launcher grants, else as many as there are cores. */
function threadsOf(events: readonly RunEvent[]): number {
  const before = events.flatMap((event) => (event.type === 'started' && event.threads) || []);
  return before[0] ?? grantedThreads() ?? usableCores();
}

async function lastWords(error: unknown, log: EventLog, directory: RunDirectory): Promise<ExitCode> {
  log.freeReserve();
  if (error instanceof Interruption) {
    const { reason } = error;
    if (reason === 'cancel') await directory.discard();
    log.append(
      reason === 'drop'
        ? {
            type: 'dropped',
            message: directory.dropReason() || 'Other points of its sweep were ahead of it.',
          }
        : { type: 'cancelled', reason },
    );
    await directory.clearRequests();
    return 0;
  }
  const userError = error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  log.append({
    type: 'failed',
    message:
      userError && error.place && !message.includes(error.place) ? `${error.place}: ${message}` : message,
    userError,
    ...(userError && error.remedy !== undefined && { remedy: error.remedy }),
  });
  return complain(error);
}

/** For the worker's log: a paragraph for a user's mistake, the whole stack for one of ours. */
function complain(error: unknown): ExitCode {
  if (error instanceof UserError) {
    console.error(error.remedy ? `${error.message}\n${error.remedy}` : error.message);
    return 2;
  }
  console.error(error);
  return 1;
}
