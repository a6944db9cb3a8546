import { notAFileCode, notRegularCode, tooLargeCode, tooLargeToReadCode } from './regular-file.ts';
import { UserError } from './user-error.ts';

const reasons: Readonly<Record<string, { what: string; remedy: string }>> = {
  ENOENT: { what: 'does not exist', remedy: 'Correct the path, or put the file there.' },
  ENOTDIR: {
    what: 'cannot be reached: a part of its path is not a folder',
    remedy: 'Correct the path.',
  },
  EEXIST: {
    what: 'cannot be made: something of that name, or a file where a folder should be, is in the way',
    remedy: 'Choose another place, or move what is there.',
  },
  EISDIR: { what: 'is a folder, not a file', remedy: 'Name a file in it.' },
  EACCES: { what: 'may not be opened by you', remedy: 'Change its permissions, or choose another place.' },
  EPERM: { what: 'may not be changed by you', remedy: 'Change its permissions, or choose another place.' },
  ENAMETOOLONG: { what: 'has a name longer than the file system allows', remedy: 'Choose a shorter one.' },
  EROFS: { what: 'lies on a read-only file system', remedy: 'Choose another place.' },
  ENOSPC: {
    what: 'cannot be written: the disk is full',
    remedy:
      'Free some space (`distillery remove RUN` deletes a run), then go on with `distillery resume RUN`.',
  },
  [notRegularCode]: {
    what: 'is not a regular file: a link, a folder, a pipe or a device is in its place',
    remedy: 'Distillery follows no links there; put the file itself in its place, or remove what is there.',
  },
  [notAFileCode]: {
    what: 'is a pipe, a socket or a device, not a file',
    remedy: 'Save what comes from it to a file, and name that.',
  },
  ERR_FS_EISDIR: { what: 'is a folder, where a file belongs', remedy: 'Remove that folder.' },
  [tooLargeCode]: {
    what: 'is far larger than such a file can be',
    remedy: 'It was not written by Distillery, or is damaged; remove it or restore it from a copy.',
  },
  EDQUOT: { what: 'cannot be written: your disk quota is used up', remedy: 'Free some space.' },
};

/** A failed file operation in the user's terms; errors that are not the user's to mend come back as they are. */
export function fileProblem(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const reason =
    code === tooLargeToReadCode
      ? { what: (error as Error).message, remedy: 'It is damaged, or of another kind; name another file.' }
      : code === undefined
        ? undefined
        : reasons[code];
  if (!reason) return error;
  return new UserError(`${file} ${reason.what}.`, { remedy: reason.remedy, place: file, cause: error });
}
