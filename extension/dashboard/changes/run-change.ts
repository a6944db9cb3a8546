import { type Agree, agreedRequests } from '../../../src/checks/apart/agreed-requests.ts';
import type { Checker } from '../../../src/checks/apart/checker.ts';
import { soundExperiment } from '../../../src/checks/apart/sound-experiment.ts';
import type { DeviceLookup } from '../../../src/checks/device.ts';
import { createRuns, type RunOptions } from '../../../src/runs/create-run.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import type { ConfigEdit } from '../../../webview/protocol/messages.ts';
import { changedExperiment } from './changed-experiment.ts';

export interface ChangeOptions extends Pick<RunOptions, 'export'> {
  readonly checker: Checker;
  readonly devices: DeviceLookup;
  readonly agree: Agree;
}

/**
 * Queues a copy of a run with some hyperparameters changed, with its seed and on its device; the experiment file stays as
 * it is. Id of the new run; undefined where the user does not agree to what a server is to be asked. Throws UserError naming every problem of the changed experiment.
 */
export async function runChange(
  store: RunStore,
  { config, directory, file, seed, experiment: name }: RunRecord,
  changes: readonly ConfigEdit[],
  { checker, devices, agree, export: plan }: ChangeOptions,
): Promise<string | undefined> {
  const original = `${JSON.stringify(config, null, 2)}\n`;
  const { text, label } = await changedExperiment(original, config, changes);
  const { dataDirectory } = store;
  const { experiment } = await soundExperiment(text, file, checker, { dataDirectory, devices });
  const agreed = await agreedRequests({ experiment, text, file }, checker, dataDirectory, agree);
  if (agreed === 'declined') return undefined;
  const request = new RunDirectory(directory).readRequest();
  const [id] = await createRuns(
    store,
    { experiment, file, directory: request.directory },
    { seeds: [seed], name: `${name}, ${label}`, export: plan, ...agreed },
  );
  return id!;
}
