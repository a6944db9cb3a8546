import type { Column } from './columns.ts';

export const lineHeight = 30;
/** Of the boxes to select by, which stand before the columns. */
export const selectWidth = 34;

export interface GridEvents {
  readonly onSort: (column: Column, add: boolean) => void;
  /** Gives a column a width of its own; null lets it follow its content again. */
  readonly onResize: (column: string, width: number | null) => void;
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

/** Pixels from the left edge of the lines to each column, and at last to their right edge. */
export function edgesOf(widths: readonly number[]): number[] {
  const edges = [selectWidth];
  for (const width of widths) edges.push(edges.at(-1)! + width);
  return edges;
}

type Pinned = ReadonlySet<string>;

/** Pixels that the pinned columns cover while the others scroll under them. */
const coveredBy = (columns: readonly Column[], pinned: Pinned, widths: readonly number[]): number =>
  columns.reduce((sum, { key }, index) => sum + (pinned.has(key) ? widths[index]! : 0), selectWidth);

/** Those pinned columns that leave place for the others. */
export function pinnedThatFit(
  columns: readonly Column[],
  pinned: Pinned,
  widths: readonly number[],
  available: number,
): Pinned {
  const edges = edgesOf(widths);
  return new Set(
    columns.flatMap(({ key }, index) =>
      pinned.has(key) && edges[index + 1]! <= available * 0.6 ? [key] : [],
    ),
  );
}

/**
 * Where a pinned column stands while the others scroll under it, as a style. The pinned ones come first, so it stands at
 * its own edge; a variable holds it, so that no line is drawn anew when a width changes.
 */
export const pinnedOffset = (columns: readonly Column[], pinned: Pinned, index: number): string =>
  pinned.has(columns[index]!.key) ? `left:var(--edge${index})` : '';

/** Positions at which the columns come to rest when they are scrolled: none lies half under the pinned ones there. */
function restsOf(columns: readonly Column[], pinned: Pinned, widths: readonly number[]): number[] {
  const edges = edgesOf(widths);
  const covered = coveredBy(columns, pinned, widths);
  return columns.flatMap(({ key }, index) => (pinned.has(key) ? [] : [edges[index]! - covered]));
}

/** The widths of the columns as the variables that head and lines are laid out by. */
export function layoutStyle(
  columns: readonly Column[],
  pinned: Pinned,
  widths: readonly number[],
  available: number,
): string {
  const edges = edgesOf(widths);
  const template = [selectWidth, ...widths].map((width) => `${width}px`).join(' ');
  const offsets = edges.slice(0, pinned.size).map((edge, index) => `--edge${index}:${edge}px`);
  // After the last column so much room that it too comes to rest with a whole one beside the pinned.
  const furthest = edges.at(-1)! - available;
  const rest =
    furthest <= 0 ? 0 : (restsOf(columns, pinned, widths).find((at) => at >= furthest) ?? furthest);
  return [
    `--columns:${template}`,
    `--width:${edges.at(-1)!}px`,
    `--first:${widths[0] ?? 0}px`,
    `--covered:${coveredBy(columns, pinned, widths)}px`,
    `--room:${Math.max(0, rest - furthest)}px`,
    ...offsets,
  ].join(';');
}

interface View {
  readonly scrollLeft: number;
  readonly clientWidth: number;
}

/** Where to scroll to so that a column is seen whole. */
export function scrollTo(
  column: number,
  view: View,
  columns: readonly Column[],
  pinned: Pinned,
  widths: readonly number[],
): number {
  const edges = edgesOf(widths);
  const covered = coveredBy(columns, pinned, widths);
  const [left, right] = [edges[column]!, edges[column + 1]!];
  if (left < view.scrollLeft + covered) return left - covered;
  if (right <= view.scrollLeft + view.clientWidth) return view.scrollLeft;
  const rests = restsOf(columns, pinned, widths);
  return rests.find((at) => at >= right - view.clientWidth) ?? right - view.clientWidth;
}

export interface Beyond {
  readonly left: boolean;
  /** Pixels at the right edge to cover, for a figure of which only the beginning is seen reads as another. */
  readonly right: number;
}

/** Enough to tell of columns further on where nothing need be hidden. */
const hint = 28;

export function beyondOf(
  view: View,
  columns: readonly Column[],
  pinned: Pinned,
  widths: readonly number[],
): Beyond {
  const edges = edgesOf(widths);
  const left = view.scrollLeft > 0;
  const end = view.scrollLeft + view.clientWidth;
  if (end >= edges.at(-1)! - 1) return { left, right: 0 };
  const cut = columns.findIndex((_, index) => edges[index]! < end && end < edges[index + 1]! - 4);
  // Never over a column that is seen whole: its padding at most.
  if (cut < 0) return { left, right: 4 };
  const part = Math.ceil(end - edges[cut]!);
  // A column that has the place alone is better seen in part than not at all.
  const alone = edges[cut]! - view.scrollLeft <= coveredBy(columns, pinned, widths) + 4;
  const isText = columns[cut]!.kind === 'text' || columns[cut]!.kind === 'tags';
  return { left, right: isText || alone ? Math.min(hint, part) : part };
}
