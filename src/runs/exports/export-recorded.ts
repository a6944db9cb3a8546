import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import { type ExportedModel, exportRun, type RunExport } from '../../worker/exports/export-run.ts';
import { reportOf } from '../../worker/exports/report.ts';
import type { RunRecord } from '../database/run-records.ts';
import type { RunStore } from '../store.ts';
import { recordExport } from './record-export.ts';

export interface RecordedExport {
  readonly models: readonly ExportedModel[];
  /** Why reports could not be kept with the run. The files are there all the same. */
  readonly unrecorded?: Error;
}

/**
 * Exports the models of a run and keeps with the run how each file answered.
 * @throws UserError where the run has no student, else as exportRun()
 * @throws Interruption as exportRun(); what was whole by then is kept with the run
 */
export async function exportRecorded(
  store: RunStore,
  run: Pick<RunRecord, 'id' | 'directory' | 'state'>,
  options: Omit<RunExport, 'onModel'>,
): Promise<RecordedExport> {
  const directory = new RunDirectory(run.directory);
  if (!(await stat(join(directory.studentDirectory, 'config.json')).catch(() => undefined)))
    throw new UserError(`The run ${run.id} has no student to export: it is ${run.state}.`, {
      remedy: 'Export a run that is completed.',
    });
  let unrecorded: Error | undefined;
  const models = await exportRun(directory, {
    ...options,
    async onModel(model) {
      await keep(store, run.id, model).catch((error: Error) => {
        unrecorded ??= error;
      });
    },
  });
  return { models, ...(unrecorded && { unrecorded }) };
}

async function keep(store: RunStore, id: string, model: ExportedModel): Promise<void> {
  if (!store.writable)
    throw new UserError('The data directory cannot be written.', {
      remedy: 'export.json beside the files says the same.',
    });
  await recordExport(store, id, reportOf(model, store.dataDirectory));
}
