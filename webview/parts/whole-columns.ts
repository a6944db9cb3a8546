/** Enough to tell of columns further on where nothing is hidden. */
const hint = 28;
/** Pixels of the padding at the end of a cell, which may be out of sight. */
const padding = 8;
/**
 * Pixels by which columns that fill a view exactly may seem wider than it: browsers say the width of the view in whole
 * ones. Room that is left for such a table takes its columns' own, then there is none to leave, and so on without end.
 */
const rounding = 1;

/**
 * What is to be seen of the columns of a table whose first one stays in place.
 * @param widths of the columns, in pixels and parts of them
 * @returns `covered`: pixels under the first column; `hidden`: pixels to hide at the right edge, where a column is seen in
 * part; `room`: pixels to leave empty behind the last column, so that it too comes to rest beside the first
 */
export function lookAt(
  widths: readonly number[],
  view: { readonly from: number; readonly width: number },
): { readonly covered: number; readonly hidden: number; readonly room: number } {
  const edges = [0];
  for (const width of widths) edges.push(edges.at(-1)! + width);
  const covered = widths[0] ?? 0;
  const furthest = edges.at(-1)! - view.width;
  if (furthest <= rounding) return { covered, hidden: 0, room: 0 };
  const rests = edges.slice(1, -1).map((edge) => edge - covered);
  const room = Math.max(0, (rests.find((rest) => rest >= furthest) ?? furthest) - furthest);
  const end = view.from + view.width;
  const cut = widths.findIndex((_, index) => edges[index]! < end && end < edges[index + 1]! - padding);
  if (cut < 0) {
    // Never more than the padding of the last that is seen.
    const free = end - (edges.find((edge) => edge >= end) ?? end) + padding;
    return { covered, hidden: end < edges.at(-1)! - padding ? Math.min(padding / 2, free) : 0, room };
  }
  const part = Math.ceil(end - edges[cut]!);
  // A column that has the place alone is better seen in part than not at all.
  const alone = edges[cut]! - view.from <= covered + padding;
  return { covered, hidden: alone ? Math.min(hint, part) : part, room };
}
