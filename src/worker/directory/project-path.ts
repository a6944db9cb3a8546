import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/**
 * A path as run directories and databases keep it: relative to the data directory, with '/', where it lies beside that
 * directory or below, for a project that is moved or copied takes its runs along; else as it is.
 */
export function shortened(path: string, dataDirectory: string): string {
  if (isWithin(dirname(dataDirectory), path)) return between(dataDirectory, path);
  // A project that is reached through a link has two names.
  const [data, place] = [realPlace(dataDirectory), realPlace(path)];
  return isWithin(dirname(data), place) ? between(data, place) : path;
}

const between = (from: string, to: string): string => relative(from, to).split(sep).join('/');

/** Where links lead to the folder of a file, as far as it exists; the file itself may be a link of the project's own. */
function realPlace(path: string): string {
  for (let folder = dirname(path), rest = basename(path); ; ) {
    try {
      return join(realpathSync(folder), rest);
    } catch {
      if (dirname(folder) === folder) return path;
      rest = join(basename(folder), rest);
      folder = dirname(folder);
    }
  }
}

/**
 * The absolute path of one that was kept.
 * @param old the data directory at the time of an absolute path, as version 0.1.0 kept both: what lay in the project before
 * it was moved lies in it still.
 */
export function lengthened(path: string, dataDirectory: string, old?: string): string {
  if (!isAbsolute(path)) return resolve(dataDirectory, path);
  return old !== undefined && isAbsolute(old) && isWithin(dirname(old), path)
    ? resolve(dataDirectory, relative(old, path))
    : path;
}

/** Whether a path is a folder's own, or that of something in it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}
