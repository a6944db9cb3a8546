import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import type { ServerKeys } from './keys.ts';

/** What the worker of a run is given of the keys: the one that its experiment names, if it is kept here. */
export async function keyOfRun(directory: string, keys: ServerKeys): Promise<Record<string, string>> {
  const name = keyNameOf(directory);
  const key = name === undefined ? undefined : await keys.get(name);
  return name === undefined || key === undefined ? {} : { [name]: key };
}

function keyNameOf(directory: string): string | undefined {
  try {
    return new RunDirectory(directory).readRequest().experiment.teacher?.server?.keyFrom;
  } catch {
    // The worker tells what is wrong with its run.
    return undefined;
  }
}
