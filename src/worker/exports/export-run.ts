import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { requireRealFolder } from '../../base/regular-file.ts';
import { type ExportingOptions, exportApart } from '../../export/apart/exporting-process.ts';
import type { ExportedFile } from '../../export/apart/protocol.ts';
import type { ExportPlan } from '../../export/export-model.ts';
import { requireFreeFolder } from '../../export/layout.ts';
import type { RunDirectory } from '../directory/run-directory.ts';

/** A model of a run that was exported. */
export interface ExportedModel {
  /** 'student', or the name of the exit or peer. */
  readonly model: string;
  /** Absolute path. */
  readonly folder: string;
  readonly files: readonly ExportedFile[];
}

export interface RunExport extends ExportingOptions {
  /** A folder that is not there yet, is empty, or holds an earlier export. */
  readonly to: string;
  readonly plan: ExportPlan;
  /** Called when a model lies there whole, before the next one is begun. */
  readonly onModel?: (exported: ExportedModel) => Promise<void> | void;
}

/**
 * Exports the student of a run, and below it, in candidates, the exits and peers that were trained with it. Models are
 * read in a process of their own; each folder appears whole or not at all.
 * @throws UserError as exportApart(), or where the run was not made by Distillery
 * @throws Interruption if the signal was given; models that were whole by then stay
 */
export async function exportRun(
  run: RunDirectory,
  { to, plan, onModel, ...options }: RunExport,
): Promise<ExportedModel[]> {
  await requireFreeFolder(to);
  const { studentDirectory, candidatesDirectory } = run;
  for (const folder of [studentDirectory, candidatesDirectory])
    await requireRealFolder(folder).catch((error: unknown) => {
      throw fileProblem(error, folder);
    });
  const { directory, experiment } = run.readRequest();
  const exported: ExportedModel[] = [];
  for (const { model, from, folder } of [
    { model: 'student', from: studentDirectory, folder: to },
    ...(await foldersIn(candidatesDirectory)).map((name) => ({
      model: name,
      from: join(candidatesDirectory, name),
      folder: join(to, 'candidates', name),
    })),
  ]) {
    const request = {
      type: 'export' as const,
      from,
      to: folder,
      formats: [...plan.formats],
      precisions: [...plan.precisions],
      dataset: experiment.dataset,
      directory,
    };
    const one = { model, folder, files: await exportApart(request, options) };
    await onModel?.(one);
    exported.push(one);
  }
  return exported;
}

/** Names of the folders in a folder, links left out; none where there is no such folder. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw fileProblem(error, folder);
  });
  return entries.flatMap((entry) => (entry.isDirectory() ? entry.name : [])).sort();
}
