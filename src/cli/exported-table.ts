import { formatDifference, readBackNote, wasReadBack } from '../compare/export-doubts.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatPercent,
  oneLine,
} from '../compare/formatting.ts';
import type { ExportReport } from '../worker/directory/export-report.ts';
import { plainTable } from './table.ts';
import type { Colors } from './terminal.ts';

type File = ExportReport['files'][number];

/** Exported files, how each answered beside the trained model, and what else is to be known of them. */
export const exportedTable = (files: readonly File[], colors: Colors): string =>
  filesTable(files, colors) + notesOn(files);

const filesTable = (files: readonly File[], colors: Colors): string =>
  plainTable(
    ['file', 'precision', 'size', 'same answers', 'largest difference', 'latency', 'checked on'],
    files.map(({ file, precision, bytes, check }) => [
      oneLine(file),
      oneLine(precision),
      formatBytes(bytes),
      check ? formatPercent(check.agreement) : '',
      check ? formatDifference(check.largestDifference) : '',
      check ? formatMilliseconds(check.latencyMs) : '',
      check ? `${formatCount(check.samples)} ${check.madeUp === undefined ? '' : 'made-up '}samples` : '',
    ]),
    colors,
  );

/** What the table does not say, a line each. */
function notesOn(files: readonly File[]): string {
  const notes = new Set(files.flatMap(({ remark }) => (remark === undefined ? [] : [oneLine(remark, 600)])));
  if (files.some(({ check }) => check && wasReadBack(check))) notes.add(readBackNote);
  return [...notes].map((note) => `${note}\n`).join('');
}
