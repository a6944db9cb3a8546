import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileProblem } from '../../data/file-problem.ts';
import { UserError } from '../../experiment/user-error.ts';
import type { Access } from './listing.ts';
import { problemOf } from './problems.ts';
import type { HubReference } from './reference.ts';
import { HubProblem, HubRefusal } from './request.ts';
import { BeganAnew, fetchRest } from './resume.ts';

/** A file of a repository, and how its content is known. */
export interface RemoteFile {
  readonly name: string;
  readonly size: number;
  /** SHA-256 of large files; the SHA-1 of the Git blob of others. */
  readonly hash: { readonly kind: 'sha256' | 'git'; readonly value: string };
}

export interface FileDownload {
  readonly reference: HubReference;
  readonly access: Access;
  /** Of the model in the cache. */
  readonly folder: string;
  readonly commit: string;
  /** Bytes of the file that are here. */
  readonly onBytes?: (done: number) => void;
}

const hashPattern = { sha256: /^[0-9a-f]{64}$/, git: /^[0-9a-f]{40}$/ };

/**
 * Brings a file into the cache, goes on where an earlier download was cut off, and takes nothing whose hash is wrong. Until
 * the hash has been compared the content has a name of its own, `.incomplete`, which nothing reads.
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
  for (;;) {
    const isContinued = (await sizeOf(incomplete)) !== undefined;
    await fetchAll(file, incomplete, download);
    if ((await hashOf(incomplete, file, download)) === file.hash.value) break;
    await rm(incomplete, { force: true });
    // What was wrong may be what an earlier download left.
    if (isContinued) continue;
    throw new UserError(`${file.name} was damaged on its way: its hash is not the one the Hub names.`, {
      remedy: 'Run it again to download the file anew.',
    });
  }
  await rename(incomplete, blob);
}

/** Several attempts, each going on where the last one ended. */
async function fetchAll(file: RemoteFile, incomplete: string, download: FileDownload): Promise<void> {
  const { access, reference } = download;
  const { signal, hubUrl, limits } = access;
  const part = { file: incomplete, etag: undefined };
  const url = `${hubUrl}/${reference.repository}/resolve/${download.commit}/${file.name}`;
  for (let attempt = 1; ; attempt++) {
    const before = (await sizeOf(incomplete)) ?? 0;
    try {
      await fetchRest(url, file, part, access, download.onBytes);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof HubRefusal && !error.isTemporary) throw problemOf(error, reference, access);
      if (!(error instanceof HubProblem || error instanceof HubRefusal)) throw error;
      const after = (await sizeOf(incomplete)) ?? 0;
      if (attempt >= limits.attempts && after <= before)
        throw new UserError(
          `The download of ${file.name} stands at ${after} of ${file.size} bytes: ${error.message}.`,
          {
            remedy: 'Run it again when the connection is back; it goes on where it ended.',
          },
        );
      // Progress earns new attempts.
      if (after > before) attempt = 0;
      if (error instanceof BeganAnew) continue;
      await sleep(limits.pauseMs * 2 ** (attempt - 1), undefined, { signal }).catch(() =>
        signal?.throwIfAborted(),
      );
    }
  }
}

async function hashOf(path: string, file: RemoteFile, { access }: FileDownload): Promise<string> {
  const hash = createHash(file.hash.kind === 'sha256' ? 'sha256' : 'sha1');
  if (file.hash.kind === 'git') hash.update(`blob ${file.size}\0`);
  for await (const chunk of createReadStream(path)) {
    access.signal?.throwIfAborted();
    hash.update(chunk as Uint8Array);
  }
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
    const incomplete = `${pointer}.incomplete`;
    await copyFile(blob, incomplete);
    await rename(incomplete, pointer);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
