import { existsSync } from 'node:fs';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { isRunId } from '../run-id.ts';

/** Where a project keeps its runs: `.distillery`, with the layout that README describes. */
export const dataDirectoryName = '.distillery';

export const databaseFile = (dataDirectory: string) => join(dataDirectory, 'distillery.db');
export const runsDirectory = (dataDirectory: string) => join(dataDirectory, 'runs');

/** Path of a run's directory. Throws where the id could lead anywhere else than directly below `runs`. */
export function runDirectory(dataDirectory: string, id: string): string {
  if (!isRunId(id)) throw new Error(`Not a run id: ${JSON.stringify(id)}`);
  return join(runsDirectory(dataDirectory), id);
}

/** The data directory that `from` belongs to, as git finds its own: the nearest one upwards, else one to be made here. */
export function findDataDirectory(from: string): string {
  const start = resolve(from);
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, dataDirectoryName);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return join(start, dataDirectoryName);
  }
}

/** Makes the data directory where it is missing. Throws UserError where that, or writing in it, is not possible. */
export async function prepareDataDirectory(dataDirectory: string): Promise<void> {
  try {
    await makeDirectory(runsDirectory(dataDirectory));
    await access(dataDirectory, constants.W_OK);
    await access(runsDirectory(dataDirectory), constants.W_OK);
  } catch (error) {
    throw writeProblem(error, dataDirectory);
  }
}

// Node's own recursive mkdir tries for ever where a parent can be seen but takes no entries, as in /proc.
async function makeDirectory(path: string): Promise<void> {
  if (await madeOrThere(path)) return;
  await makeDirectory(dirname(path));
  if (!(await madeOrThere(path)))
    throw Object.assign(new Error(`${path} cannot be made`), { code: 'ENOENT' });
}

/** False where the parent is missing. Another process may make the same directory at the same time. */
async function madeOrThere(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) return false;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return true;
    throw error;
  }
}

/** What went wrong in writing under a data directory, for the user; what is no file-system error comes back as it was. */
export function writeProblem(error: unknown, place: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const elsewhere = 'choose another with --data-dir (in VS Code: "distillery.dataDirectory")';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError('The data directory cannot be written.', {
        place,
        remedy: `Make it writable, or ${elsewhere}.`,
        cause: error,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new UserError('The data directory cannot be made: a file is in its place.', {
        place,
        remedy: `Move that file away, or ${elsewhere}.`,
        cause: error,
      });
    case 'ENOENT':
    case 'ENAMETOOLONG':
      return new UserError('The data directory cannot be made here.', {
        place,
        remedy: `Check the path and how long its names are, or ${elsewhere}.`,
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError('The disk with the data directory is full.', {
        place,
        remedy: `Make room, or ${elsewhere}. Earlier runs are unharmed.`,
        cause: error,
      });
    default:
      return error;
  }
}
