import { stat } from 'node:fs/promises';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { exportsOf } from '../../../src/runs/exports/recorded-exports.ts';
import type { ExportedModel } from '../../../webview/protocol/exports.ts';

/** The exports of a run, the latest first. */
export function exportedModels(record: RunRecord): Promise<ExportedModel[]> {
  return Promise.all(
    exportsOf(record)
      .toReversed()
      .map(async ({ model, folder, time, problem, files }) => ({
        model,
        folder,
        time,
        there: await isFolder(folder),
        problem: problem ?? null,
        files: files.map(({ file, precision, bytes, remark, check }) => ({
          file,
          precision,
          bytes,
          remark: remark ?? null,
          check: check ? { ...check, by: check.by ?? null, madeUp: check.madeUp ?? null } : null,
        })),
      })),
  );
}

const isFolder = (folder: string): Promise<boolean> =>
  stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
