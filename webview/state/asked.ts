import type { RunRow } from '../protocol/rows.ts';

/** Of which state of these runs a comparison was made: it is asked for anew when this is another. */
export const comparisonAsked = (rows: readonly RunRow[]): string =>
  JSON.stringify(rows.map(({ id, endedAt, figures }) => [id, endedAt, figures]));

/** Of which state of a run its details were read: files and checkpoints are there at the latest at its end, exports come later. */
export const detailAsked = (run: string, row: RunRow | undefined): string =>
  JSON.stringify([run, row?.endedAt, row?.lastExport, row?.figures]);
