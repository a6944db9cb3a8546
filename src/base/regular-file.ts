import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { nowReading } from './reading.ts';

/**
 * Files in a data directory may have been planted there: as a link to somebody else's file, a device that never ends, a
 * pipe that nobody writes to, or with gigabytes where lines are expected. All that a run directory holds is
 * opened here: regular files only, through no link, and read up to a bound.
 */

/** Codes of the errors thrown here, beside those of the system. */
export const notRegularCode = 'NOT_REGULAR';
export const tooLargeCode = 'TOO_LARGE';
export const notAFileCode = 'NOT_A_FILE';
export const tooLargeToReadCode = 'TOO_LARGE_TO_READ';

/** Windows knows neither flag. A pipe opened without waiting is seen to be one instead of being waited for. */
const careful = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const openFlags = {
  read: constants.O_RDONLY,
  append: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
  /** Makes the file, or empties it. */
  replace: constants.O_WRONLY | constants.O_CREAT,
  /** Writes into a file that is there. */
  change: constants.O_RDWR,
} as const;

export type OpenMode = keyof typeof openFlags;

/**
 * Opens a regular file.
 * @returns its handle; in mode 'replace' the file is empty
 * @throws an error with code NOT_REGULAR for a link, folder, pipe or device, else as node:fs does
 */
export async function openRegular(file: string, mode: OpenMode = 'read'): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    if (constants.O_NOFOLLOW === undefined) refuseLink(await lstat(file).catch(() => undefined), file);
    handle = await open(file, openFlags[mode] | careful);
  } catch (error) {
    throw openProblem(error, file);
  }
  try {
    if (!(await handle.stat()).isFile()) throw notRegular(file);
    if (mode === 'replace') await handle.truncate();
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Opens a file that the user named for reading: their own links are followed, but a pipe is not waited for, and a device
 * that never ends is not read.
 * @throws an error with code EISDIR for a folder, NOT_A_FILE for a pipe or a device, else as node:fs does
 */
export async function openNamed(file: string): Promise<FileHandle> {
  nowReading(file);
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: unknown) => {
      // A socket.
      throw (error as NodeJS.ErrnoException).code === 'ENXIO' ? notAFile(file) : error;
    },
  );
  try {
    const status = await handle.stat();
    if (status.isDirectory()) throw failure('EISDIR', `${file} is a folder`);
    if (!status.isFile()) throw notAFile(file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Reads a whole file that the user named, from its beginning.
 * @param mostBytes a larger file is refused with code TOO_LARGE_TO_READ before anything is read
 * @throws as {@link openNamed}
 */
export async function readNamed(file: string, mostBytes: number): Promise<Buffer> {
  const handle = await openNamed(file);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes)
      throw failure(
        tooLargeToReadCode,
        `has ${Math.ceil(size / 1e6)} MB, more than the ${Math.ceil(mostBytes / 1e6)} MB that are read of such a file`,
      );
    const bytes = Buffer.alloc(size);
    let done = 0;
    for (let read = -1; done < size && read !== 0; done += read)
      read = (await handle.read(bytes, done, size - done, done)).bytesRead;
    return bytes.subarray(0, done);
  } finally {
    await handle.close();
  }
}

/** As {@link openRegular}. @returns a file descriptor */
export function openRegularSync(file: string, mode: OpenMode = 'read'): number {
  let descriptor: number;
  try {
    if (constants.O_NOFOLLOW === undefined) refuseLink(lstatSync(file, { throwIfNoEntry: false }), file);
    descriptor = openSync(file, openFlags[mode] | careful | (mode === 'replace' ? constants.O_TRUNC : 0));
  } catch (error) {
    throw openProblem(error, file);
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw notRegular(file);
}

/**
 * Reads a whole regular file.
 * @param mostBytes a larger file is refused with code TOO_LARGE before anything is read
 */
export async function readRegular(file: string, mostBytes: number): Promise<Buffer> {
  const handle = await openRegular(file);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes) throw tooLarge(file, size, mostBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** As {@link readRegular}, at once. */
export function readRegularSync(file: string, mostBytes: number): Buffer {
  const descriptor = openRegularSync(file);
  try {
    const { size } = fstatSync(descriptor);
    if (size > mostBytes) throw tooLarge(file, size, mostBytes);
    const buffer = Buffer.alloc(size);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, size, 0));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes sure that nothing but a real folder is at this path, if anything is.
 * @throws an error with code NOT_REGULAR where a link or a file is in its place
 */
export async function requireRealFolder(folder: string): Promise<void> {
  const status = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (status && !status.isDirectory()) throw failure(notRegularCode, `${folder} is not a folder`);
}

/**
 * Makes sure that nothing but a regular file is at this path, if anything is; for what is opened by others.
 * @throws an error with code NOT_REGULAR where a link, a folder, a pipe or a device is in its place
 */
export async function requireRegular(file: string): Promise<void> {
  const status = await lstat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (status && !status.isFile()) throw notRegular(file);
}

function refuseLink(status: { isSymbolicLink(): boolean } | undefined, file: string): void {
  if (status?.isSymbolicLink()) throw notRegular(file);
}

/** ELOOP: a link that is not to be followed. ENXIO: a pipe without a reader, or a socket. EISDIR: written to. */
function openProblem(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO' || code === 'EISDIR'
    ? notRegular(file)
    : error;
}

const notRegular = (file: string) => failure(notRegularCode, `${file} is not a regular file`);
const notAFile = (file: string) => failure(notAFileCode, `${file} is a pipe, a socket or a device`);
const tooLarge = (file: string, size: number, most: number) =>
  failure(tooLargeCode, `${file} has ${size} bytes, more than the ${most} that are read of it`);

function failure(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
