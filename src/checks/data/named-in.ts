import { isAbsolute, relative, sep } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { Named } from '../../data/datasets/dataset-reader.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';

/**
 * Of several paths that options name, the one that a mistake stands in. Where one lies within another, it is the inner
 * one; where none holds the mistake, it is the first.
 */
export function namedIn<N extends Named>(error: unknown, named: readonly [N, ...N[]], directory: string): N {
  const place = error instanceof UserError ? error.place : undefined;
  if (place === undefined) return named[0];
  let found = named[0];
  let steps = Number.POSITIVE_INFINITY;
  for (const one of named) {
    if (one.written === undefined) continue;
    const within = relative(resolvePath(directory, one.written), place);
    const way = within.split(sep);
    // On Windows there is no way from one drive to another.
    if (isAbsolute(within) || way[0] === '..' || way.length >= steps) continue;
    found = one;
    steps = way[0] === '' ? 0 : way.length;
  }
  return found;
}
