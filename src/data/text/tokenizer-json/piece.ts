/** A part of a text on its way to the model. */
export interface Piece {
  readonly text: string;
  /** Whether the whole text begins with it. */
  readonly first: boolean;
  /** Where its units end in the text, where that is asked for; see PlacedText. */
  readonly places?: Float64Array;
}

export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

/**
 * Splits a text at the matches of a pattern, as the Rust library's `NormalizedString::split` does.
 * @param pattern with the flags g and u
 * @param invert whether what lies between the matches counts as match
 */
export function splitAt(
  { text, first, places }: Piece,
  pattern: RegExp,
  behavior: SplitBehavior,
  invert = false,
): Piece[] {
  const found: { start: number; end: number; match: boolean }[] = [];
  let last = 0;
  for (const { index, 0: hit } of text.matchAll(pattern)) {
    if (hit === '') continue;
    if (index > last) found.push({ start: last, end: index, match: invert });
    last = index + hit.length;
    found.push({ start: index, end: last, match: !invert });
  }
  if (last < text.length) found.push({ start: last, end: text.length, match: invert });
  return merged(found, behavior).map(({ start, end }) => ({
    text: text.slice(start, end),
    first: first && start === 0,
    ...(places && { places: places.subarray(start, end + 1) }),
  }));
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly match: boolean;
}

function merged(found: readonly Stretch[], behavior: SplitBehavior): readonly Stretch[] {
  switch (behavior) {
    case 'Isolated':
      return found;
    case 'Removed':
      return found.filter(({ match }) => !match);
    case 'Contiguous':
      return joined(found, (one, next) => one.match === next.match);
    case 'MergedWithPrevious':
      return joined(found, (one, next) => !one.match && next.match);
    case 'MergedWithNext':
      return joined(found, (one, next) => one.match && !next.match);
  }
}

/** Joins neighbors of which `together` says that they belong together, each pair as it was found. */
function joined(
  found: readonly Stretch[],
  together: (one: Stretch, next: Stretch) => boolean,
): readonly Stretch[] {
  const result: { start: number; end: number; match: boolean }[] = [];
  for (const [index, stretch] of found.entries()) {
    const last = result.at(-1);
    if (last && together(found[index - 1]!, stretch)) last.end = stretch.end;
    else result.push({ ...stretch });
  }
  return result;
}
