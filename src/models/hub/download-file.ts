import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileProblem } from '../../data/file-problem.ts';
import { UserError } from '../../experiment/user-error.ts';

/** A file of a repository, and how its content is known. */
export interface RemoteFile {
  readonly name: string;
  readonly size: number;
  /** SHA-256 of large files; the SHA-1 of the Git blob of others. */
  readonly hash: { readonly kind: 'sha256' | 'git'; readonly value: string };
}

export interface FileDownload {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly commit: string;
  readonly signal?: AbortSignal;
  readonly onBytes?: (done: number) => void;
}

const attempts = 4;
const hashPattern = { sha256: /^[0-9a-f]{64}$/, git: /^[0-9a-f]{40}$/ };

/**
 * Brings a file into the cache, goes on where an earlier download was cut off, and takes nothing whose hash is wrong.
 * @throws UserError if the connection fails for good, the content is not what it should be, or it cannot be written.
 */
export async function downloadFile(file: RemoteFile, download: FileDownload): Promise<void> {
  if (!hashPattern[file.hash.kind].test(file.hash.value))
    throw new UserError(`The Hub gave no usable hash for ${file.name}.`, { remedy: 'Try again later.' });
  const blob = join(download.folder, 'blobs', file.hash.value);
  const pointer = join(download.folder, 'snapshots', download.commit, file.name);
  try {
    await mkdir(dirname(blob), { recursive: true });
    await mkdir(dirname(pointer), { recursive: true });
    if ((await sizeOf(blob)) !== file.size) await fetchBlob(file, blob, download);
    await link(blob, pointer);
  } catch (error) {
    throw fileProblem(error, blob);
  }
}

async function fetchBlob(file: RemoteFile, blob: string, download: FileDownload): Promise<void> {
  const incomplete = `${blob}.incomplete`;
  await fetchAll(file, incomplete, download);
  if ((await hashOf(incomplete, file)) !== file.hash.value) {
    await rm(incomplete, { force: true });
    throw new UserError(`${file.name} was damaged on its way: its hash is not the one the Hub names.`, {
      remedy: 'Run it again to download the file anew.',
    });
  }
  await rename(incomplete, blob);
}

/** Several attempts, each going on where the last one ended. */
async function fetchAll(file: RemoteFile, incomplete: string, download: FileDownload): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = (await sizeOf(incomplete)) ?? 0;
    try {
      await fetchRest(file, incomplete, download);
      return;
    } catch (error) {
      download.signal?.throwIfAborted();
      if (error instanceof UserError || isFileError(error)) throw error;
      const after = (await sizeOf(incomplete)) ?? 0;
      if (attempt >= attempts && after <= before)
        throw new UserError(
          `The download of ${file.name} was cut off after ${after} of ${file.size} bytes: ${reasonOf(error)}.`,
          { remedy: 'Run it again when the connection is back; it goes on where it ended.' },
        );
      // Progress earns new attempts.
      if (after > before) attempt = 0;
      await sleep(250 * 2 ** attempt, undefined, { signal: download.signal });
    }
  }
}

async function fetchRest(file: RemoteFile, incomplete: string, download: FileDownload): Promise<void> {
  let start = (await sizeOf(incomplete)) ?? 0;
  if (start > file.size) start = 0;
  if (start === file.size) return;
  const response = await fetch(download.url, {
    headers: { ...download.headers, ...(start > 0 && { Range: `bytes=${start}-` }) },
    signal: download.signal,
  });
  if (response.status >= 500 || response.status === 429)
    throw new Error(`the server answers ${response.status}`);
  if (!response.ok || !response.body)
    throw new UserError(`The Hub answers ${response.status} for ${file.name}.`, {
      remedy: 'Try again later, or name another revision.',
    });
  if (response.status !== 206) start = 0;
  const handle = await open(incomplete, start === 0 ? 'w' : 'r+');
  try {
    await writeBody(response.body, handle, start, file, download);
  } finally {
    await handle.close();
  }
}

async function writeBody(
  body: ReadableStream<Uint8Array>,
  handle: FileHandle,
  start: number,
  file: RemoteFile,
  { onBytes }: FileDownload,
): Promise<void> {
  let done = start;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    if (done + chunk.length > file.size) throw new Error(`the server sends more than ${file.size} bytes`);
    await handle.write(chunk, 0, chunk.length, done);
    done += chunk.length;
    onBytes?.(done);
  }
  if (done < file.size) throw new Error('the server ended early');
}

async function hashOf(path: string, file: RemoteFile): Promise<string> {
  const hash = createHash(file.hash.kind === 'sha256' ? 'sha256' : 'sha1');
  if (file.hash.kind === 'git') hash.update(`blob ${file.size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** The snapshot points to the blob, as other tools expect; where links are not allowed it is a copy. */
async function link(blob: string, pointer: string): Promise<void> {
  try {
    await symlink(relative(dirname(pointer), blob), pointer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'EACCES' && code !== 'ENOSYS') throw error;
    await copyFile(blob, pointer);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

const isFileError = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Node's fetch hides the reason one level down. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
