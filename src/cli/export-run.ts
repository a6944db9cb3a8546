import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportingOptions, exportApart } from '../export/apart/exporting-process.ts';
import type { ExportedFile } from '../export/apart/protocol.ts';
import type { ExportPlan } from '../export/export-model.ts';
import type { RunRecord } from '../runs/database/run-records.ts';
import { RunDirectory } from '../worker/directory/run-directory.ts';

/** A model of a run that was exported. */
export interface ExportedModel {
  readonly folder: string;
  readonly files: readonly ExportedFile[];
}

/**
 * Exports the student of a run, and below it, in candidates, the exits and peers that were trained with it.
 * @throws UserError or Interruption as exportApart()
 */
export async function exportRun(
  run: RunRecord,
  to: string,
  { formats, precisions }: ExportPlan,
  options: ExportingOptions,
): Promise<ExportedModel[]> {
  const runDirectory = new RunDirectory(run.directory);
  const { studentDirectory, candidatesDirectory } = runDirectory;
  const { directory, experiment } = runDirectory.readRequest();
  const candidates = existsSync(candidatesDirectory) ? readdirSync(candidatesDirectory).sort() : [];
  const exported: ExportedModel[] = [];
  for (const [from, folder] of [
    [studentDirectory, to],
    ...candidates.map((name) => [join(candidatesDirectory, name), join(to, 'candidates', name)]),
  ] as [string, string][]) {
    const request = {
      type: 'export' as const,
      from,
      to: folder,
      formats: [...formats],
      precisions: [...precisions],
      dataset: experiment.dataset,
      directory,
    };
    exported.push({ folder, files: await exportApart(request, options) });
  }
  return exported;
}
