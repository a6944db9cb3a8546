import { stat } from 'node:fs/promises';
import { readEvents } from './read-events.ts';
import type { RunDirectory } from './run-directory.ts';

const variable = 'DISTILLERY_LOG_BYTES';

/** Bytes of a run's log; 0 before its first event. */
export const logBytes = async ({ eventsFile }: RunDirectory): Promise<number> =>
  (await stat(eventsFile).catch(() => undefined))?.size ?? 0;

/** The environment entry that tells a worker how long the log of its run was when it was decided to start it. */
export const launchNote = (bytes: number) => ({ [variable]: `${bytes}` });

/**
 * Whether the run of a worker was ended before the worker could take its lock: killed meanwhile, or given up because the
 * machine was too slow. Its log then ends with a last word that was not there when it was launched. Only for whoever
 * holds the run's lock.
 */
export async function endedSinceLaunch(
  directory: RunDirectory,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  const note = environment[variable];
  if (note === undefined || !/^\d+$/.test(note) || (await logBytes(directory)) <= Number(note)) return false;
  const { events } = await readEvents(directory.eventsFile, Number(note));
  return events.at(-1)?.type === 'interrupted' || events.at(-1)?.type === 'failed';
}
