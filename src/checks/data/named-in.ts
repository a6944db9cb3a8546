import { UserError } from '../../base/user-error.ts';
import type { Named } from '../../data/datasets/dataset-reader.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';

/** Of several that options name the one that a mistake stands in: the last whose path its place begins with, or the first. */
export function namedIn<N extends Named>(error: unknown, named: readonly [N, ...N[]], directory: string): N {
  const place = error instanceof UserError ? error.place : undefined;
  return (
    named.findLast(
      ({ written }) => written !== undefined && place?.startsWith(resolvePath(directory, written)),
    ) ?? named[0]
  );
}
