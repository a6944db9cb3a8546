import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * A path as run directories and databases keep it: relative to the data directory, with '/', where it lies beside that
 * directory or below, for a project that is moved or copied takes its runs along; else as it is.
 */
export function shortened(path: string, dataDirectory: string): string {
  return isWithin(dirname(dataDirectory), path) ? relative(dataDirectory, path).split(sep).join('/') : path;
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
