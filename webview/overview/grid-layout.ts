import type { Column } from './columns.ts';

export const lineHeight = 30;
/** Of the boxes to select by, which stand before the columns. */
export const selectWidth = 34;

export interface GridEvents {
  readonly onSort: (column: Column, add: boolean) => void;
  readonly onSelect: (runs: readonly string[], selected: boolean) => void;
  readonly onOpen: (run: string) => void;
  readonly onToggle: (group: string) => void;
  readonly onCopy: (text: string) => void;
  /** Whether somebody reads the grid now: points at it or has the focus in it. */
  readonly onReading: (reading: boolean) => void;
}

/** The cell with the focus: line −1 is the head; column 0 is the box to select by. */
export interface ActiveCell {
  readonly line: number;
  readonly column: number;
}

export const widthOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + column.width, selectWidth);

/** Where a pinned column stands while the others scroll under it, as a style. */
export function pinnedOffset(columns: readonly Column[], pinned: ReadonlySet<string>, index: number): string {
  if (!pinned.has(columns[index]!.key)) return '';
  return `left:${widthOf(columns.slice(0, index).filter((column) => pinned.has(column.key)))}px`;
}
