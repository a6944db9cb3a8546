import { z } from 'zod';
import { exportReportSchema } from '../../worker/directory/export-report.ts';
import { lengthened } from '../../worker/directory/project-path.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import type { RunRecord } from '../database/run-records.ts';
import type { SummarizedExport } from '../database/run-summary.ts';

const recordedSchema = exportReportSchema.extend({
  seq: z.int().min(0),
  time: z.number().min(0).max(8.64e15),
});

/**
 * The exports of a run, the latest of each folder, oldest first; their folders are absolute. Rows are not checked where
 * thousands are read, so these are: what is no export is left out.
 */
export function exportsOf({
  exports,
  directory,
}: Pick<RunRecord, 'exports' | 'directory'>): SummarizedExport[] {
  if (!Array.isArray(exports)) return [];
  const { dataDirectory } = new RunDirectory(directory);
  return exports.flatMap((one: unknown) => {
    const { data } = recordedSchema.safeParse(one);
    return data ? [{ ...data, folder: lengthened(data.folder, dataDirectory) }] : [];
  });
}
