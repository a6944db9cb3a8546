import type { ExportReport } from '../directory/export-report.ts';
import { shortened } from '../directory/project-path.ts';
import type { ExportedModel } from './export-run.ts';

/** Reasons may name many files; so much of one is kept. */
const longest = 4000;

/** What a run keeps of a model that was exported. */
export const reportOf = ({ model, folder, files }: ExportedModel, dataDirectory: string): ExportReport => ({
  model,
  folder: shortened(folder, dataDirectory),
  files: files.map(({ check, ...file }) => ({
    ...file,
    ...(check && {
      check: { ...check, ...(check.madeUp !== undefined && { madeUp: check.madeUp.slice(0, longest) }) },
    }),
  })),
});

/** The same of an export that came to nothing. */
export const failureReport = (folder: string, problem: string, dataDirectory: string): ExportReport => ({
  model: 'student',
  folder: shortened(folder, dataDirectory),
  files: [],
  problem: problem.slice(0, longest),
});
