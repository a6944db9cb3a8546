import { UserError } from '../../base/user-error.ts';

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code;

/** Whether an error only says that another process held the database at that moment. */
export const isBusy = (error: unknown) =>
  codeOf(error) === 'SQLITE_BUSY' ||
  codeOf((error as Error | null)?.cause) === 'SQLITE_BUSY' ||
  codeOf(error) === 'SQLITE_LOCKED';

const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_PERM']);

/** Whether an error says that the file system does not let us write here. */
export const isUnwritable = (error: unknown) =>
  unwritable.has(codeOf(error) ?? codeOf((error as Error | null)?.cause) ?? '');

const full = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR']);

/** Whether an error says, or may mean, that the disk is full: SQLite reports that as an input/output error too. */
export const isFull = (error: unknown) =>
  full.has(codeOf(error) ?? codeOf((error as Error | null)?.cause) ?? '');

/** Whether an error says that the file cannot be read as a database, so that a new one must be made. */
export const isDamaged = (error: unknown) =>
  ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].includes(codeOf(error) ?? codeOf((error as Error | null)?.cause) ?? '');

export const readOnlyProblem = (file: string): UserError =>
  new UserError('The runs of this folder can be read here, but not changed.', {
    place: file,
    remedy:
      'Make the folder writable; in VS Code, it must also be trusted (“Workspaces: Manage Workspace Trust”).',
  });

/** What SQLite says, put so that a user knows what to do; what is no user's matter comes back as it was. */
export function databaseProblem(error: Error, file: string): Error {
  switch (codeOf(error)) {
    case 'SQLITE_BUSY':
      return new UserError('Another process holds the run database and does not let go.', {
        place: file,
        remedy: 'Close other windows and terminals that use this data directory, then try again.',
        cause: error,
      });
    case 'SQLITE_FULL':
      return new UserError('The disk with the run database is full.', {
        place: file,
        remedy: 'Make room, then run the same command again: nothing recorded so far is lost.',
        cause: error,
      });
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return new UserError('The run database cannot be opened for writing.', {
        place: file,
        remedy:
          'Make the directory writable, or choose another with --data-dir (in VS Code: "distillery.dataDirectory").',
        cause: error,
      });
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new UserError('The run database is damaged, or is no SQLite database.', {
        place: file,
        remedy:
          'Run `distillery rebuild` (in VS Code: “Rebuild Run Database”): it sets the file aside and reads the runs from their own directories into a new one.',
        cause: error,
      });
    case 'SQLITE_IOERR':
      return new UserError('The disk with the run database reports an input/output error; it may be full.', {
        place: file,
        remedy: 'Check the disk and its free space, then run the same command again.',
        cause: error,
      });
    default:
      return error;
  }
}
