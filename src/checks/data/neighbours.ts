import { readdir } from 'node:fs/promises';
import { basename, dirname, posix } from 'node:path';
import type { Fix, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import { suggest } from '../../experiment/parsing/suggestions.ts';

/** A file or folder beside a missing one that was most likely meant, as a path to write in its place. */
export async function neighbour(directory: string, written: string): Promise<string | undefined> {
  const missing = resolvePath(directory, written);
  const names = await readdir(dirname(missing)).catch(() => []);
  const name = basename(missing);
  const packed = names.find((other) => other === `${name}.gz` || `${other}.gz` === name);
  const close = packed ?? suggest(name, names);
  return close === undefined ? undefined : posix.join(posix.dirname(written.replaceAll('\\', '/')), close);
}

/** Remedy and fix of a missing file whose neighbour has nearly the same name. */
export async function didYouMean(
  directory: string,
  written: string,
  path: JsonPath,
): Promise<{ remedy: string; fix: Fix } | undefined> {
  const close = await neighbour(directory, written);
  if (close === undefined) return undefined;
  return { remedy: `Did you mean "${close}"?`, fix: { title: `Change to "${close}"`, path, value: close } };
}
