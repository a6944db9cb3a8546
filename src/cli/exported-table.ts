import { formatDifference } from '../compare/export-doubts.ts';
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

/** Exported files, and how each answered beside the trained model. */
export const exportedTable = (files: readonly ExportReport['files'][number][], colors: Colors): string =>
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
