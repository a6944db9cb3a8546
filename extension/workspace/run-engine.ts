/**
 * What handling runs takes, in one place that is loaded only when there are runs to handle: the database's native
 * library and the schemas would otherwise be part of every activation.
 */
import { requireSound } from '../../src/checks/check.ts';
import { type DeviceLookup, requireDevice } from '../../src/checks/device.ts';
import { loadExperiment, readExperimentText } from '../../src/experiment/load.ts';
import { stopRun } from '../../src/runs/control.ts';
import { createRuns, type RunOptions } from '../../src/runs/create-run.ts';
import { isDamaged, readOnlyProblem } from '../../src/runs/database-problem.ts';
import { LocalLauncher } from '../../src/runs/launch.ts';
import { moveExperiments } from '../../src/runs/move-experiment.ts';
import { setEditorConcurrency } from '../../src/runs/queue.ts';
import { rebuildDatabase } from '../../src/runs/rebuild.ts';
import { removeRun } from '../../src/runs/remove.ts';
import { resumeRun } from '../../src/runs/resume.ts';
import { RunWatch, type WatchListener } from '../../src/runs/run-watch.ts';
import { openStoreAsAllowed, openStoreReadOnly, type RunStore } from '../../src/runs/store.ts';
import { Supervisor, type SupervisorListener } from '../../src/runs/supervisor.ts';

export const runEngine = {
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

export const watchRuns = (store: RunStore, listener: WatchListener): RunWatch =>
  new RunWatch(store, listener);

/** Workers run in VS Code's own Node, so that users need none of their own. */
export function supervise(store: RunStore, worker: string, listener: SupervisorListener): Supervisor {
  const launcher = new LocalLauncher({
    command: [process.execPath, worker],
    environment: {
      ELECTRON_RUN_AS_NODE: '1',
      // Meant for the extension host alone.
      NODE_OPTIONS: undefined,
      VSCODE_ESM_ENTRYPOINT: undefined,
      VSCODE_IPC_HOOK: undefined,
    },
  });
  return new Supervisor(store, listener, { launcher });
}

/**
 * Makes the runs of an experiment file as it is saved, after every check has passed. Ids of the runs, now queued. Throws
 * UserError naming every problem, a device among them that is not here, whether the experiment names it or the options.
 */
export async function runsFromFile(
  store: RunStore,
  file: string,
  devices: DeviceLookup,
  options: RunOptions,
): Promise<string[]> {
  const text = await readExperimentText(file);
  const { dataDirectory } = store;
  if (options.device) await requireDevice(options.device, devices);
  await requireSound(text, file, { dataDirectory, ...(!options.device && { devices }) });
  return createRuns(store, await loadExperiment(file), options);
}
