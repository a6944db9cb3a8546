export interface Cell {
  /** −1 is the head. */
  readonly line: number;
  readonly column: number;
}

interface Size {
  readonly lines: number;
  readonly columns: number;
  /** Lines seen at once. */
  readonly page: number;
}

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** Where a key leads from a cell, after the ARIA pattern of a grid; undefined for keys that do not move. */
export function moveCell({ line, column }: Cell, key: Key, size: Size): Cell | undefined {
  if (key.altKey) return undefined;
  const far = key.ctrlKey || key.metaKey;
  const lastLine = size.lines - 1;
  const lastColumn = size.columns - 1;
  const to = (nextLine: number, nextColumn: number): Cell => ({
    line: Math.min(lastLine, Math.max(-1, nextLine)),
    column: Math.min(lastColumn, Math.max(0, nextColumn)),
  });
  switch (key.key) {
    case 'ArrowUp':
      return to(far ? 0 : line - 1, column);
    case 'ArrowDown':
      return to(far ? lastLine : line + 1, column);
    case 'ArrowLeft':
      return to(line, far ? 0 : column - 1);
    case 'ArrowRight':
      return to(line, far ? lastColumn : column + 1);
    case 'PageUp':
      return to(Math.max(0, line - size.page), column);
    case 'PageDown':
      return to(line + size.page, column);
    case 'Home':
      return far ? to(0, 0) : to(line, 0);
    case 'End':
      return far ? to(lastLine, lastColumn) : to(line, lastColumn);
    default:
      return undefined;
  }
}
