/**
 * What handling runs takes, in one place that is loaded only when there are runs to handle: the database's native
 * library and the schemas would otherwise be part of every activation.
 */
import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import { type Agree, agreedRequests } from '../../../src/checks/apart/agreed-requests.ts';
import type { Checker } from '../../../src/checks/apart/checker.ts';
import { readSoundExperiment } from '../../../src/checks/apart/sound-experiment.ts';
import { type DeviceLookup, requireDevice } from '../../../src/checks/device.ts';
import { createRuns, type RunOptions } from '../../../src/runs/create-run.ts';
import { isDamaged, readOnlyProblem } from '../../../src/runs/database/database-problem.ts';
import { followRenamed } from '../../../src/runs/directory/follow-renamed.ts';
import { moveExperiments } from '../../../src/runs/directory/move-experiment.ts';
import { rebuildDatabase } from '../../../src/runs/directory/rebuild.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import { stopRun } from '../../../src/runs/queue/control.ts';
import { type Launcher, LocalLauncher } from '../../../src/runs/queue/launch.ts';
import { setEditorConcurrency } from '../../../src/runs/queue/queue.ts';
import { resumeRun } from '../../../src/runs/queue/resume.ts';
import { Supervisor, type SupervisorListener } from '../../../src/runs/queue/supervisor.ts';
import { RunWatch, type WatchListener } from '../../../src/runs/run-watch.ts';
import { openStoreAsAllowed, openStoreReadOnly, type RunStore } from '../../../src/runs/store.ts';
import { keyOfRun } from '../../server/key-of-run.ts';
import { ServerKeys } from '../../server/keys.ts';
import { ownNode } from '../own-node.ts';

export const runEngine = {
  followRenamed,
  isDamaged,
  openStoreAsAllowed,
  openStoreReadOnly,
  moveExperiments,
  readOnlyProblem,
  rebuildDatabase,
  removeRun,
  resumeRun,
  runsFromFile,
  setEditorConcurrency,
  stopRun,
} as const;

export const watchRuns = (
  store: RunStore,
  listener: WatchListener,
  options?: { readonly pauseMs?: number },
): RunWatch => new RunWatch(store, listener, options);

/** Starts workers in VS Code's own Node, each with the key that its experiment names. */
export function workerLauncher(context: ExtensionContext): Launcher {
  const keys = new ServerKeys(context);
  return new LocalLauncher({
    command: [process.execPath, join(context.extensionPath, 'dist', 'worker.mjs')],
    environment: ownNode,
    environmentOf: (directory) => keyOfRun(directory, keys),
  });
}

/** What it stores of running runs, it lets the watch see at once, which else would come to look by and by. */
export const supervise = (
  store: RunStore,
  watch: RunWatch,
  launcher: Launcher,
  listener: SupervisorListener = {},
): Supervisor =>
  new Supervisor(
    store,
    {
      ...listener,
      changed() {
        void watch.look();
        listener.changed?.();
      },
    },
    { launcher },
  );

/**
 * Makes the runs of an experiment file as it is saved, after every check has passed. Ids of the runs, now queued. Throws
 * UserError naming every problem, a device among them that is not here, whether the experiment names it or the options.
 * @returns undefined where the user does not agree to what a server is to be asked
 */
export async function runsFromFile(
  store: RunStore,
  file: string,
  {
    checker,
    devices,
    agree,
    ...options
  }: RunOptions & { readonly checker: Checker; readonly devices: DeviceLookup; readonly agree: Agree },
): Promise<string[] | undefined> {
  if (options.device) await requireDevice(options.device, devices);
  const { dataDirectory } = store;
  const looked = { dataDirectory, ...(!options.device && { devices }) };
  const sound = await readSoundExperiment(file, checker, looked);
  const agreed = await agreedRequests(sound, checker, dataDirectory, agree);
  return agreed === 'declined' ? undefined : createRuns(store, sound, { ...options, ...agreed });
}
