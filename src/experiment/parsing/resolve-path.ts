import { resolve } from 'node:path';

/** A path written in an experiment file: relative to the file's folder, or absolute; "~" is an ordinary name. */
export function resolvePath(directory: string, path: string): string {
  return resolve(directory, path);
}
