import { copyFile, mkdir, rename, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import { fetchFile, type KnownFile } from '../../data/network/fetch-file.ts';
import { Refusal } from '../../data/network/request.ts';
import type { HubAccess } from './listing.ts';
import { problemOf } from './problems.ts';
import type { HubReference } from './reference.ts';

export interface FileDownload {
  readonly reference: HubReference;
  readonly access: HubAccess;
  /** Of the model in the cache. */
  readonly folder: string;
  readonly commit: string;
  /** Bytes of the file that are here. */
  readonly onBytes?: (done: number) => void;
}

const hashPattern = { sha1: /^[0-9a-f]{40}$/, sha256: /^[0-9a-f]{64}$/, sha512: /^[0-9a-f]{128}$/ };

/**
 * Brings a file into the cache, goes on where an earlier download was cut off, and takes nothing whose hash is wrong. Until
 * the hash has been compared the content has a name of its own, `.incomplete`, which nothing reads.
 * @throws UserError if the connection fails for good, the content is not what it should be, or it cannot be written.
 */
export async function downloadFile(file: KnownFile, download: FileDownload): Promise<void> {
  await linkFile(file, download, await downloadBlob(file, download));
}

/**
 * The same, but not yet as a part of the model.
 * @returns where its content lies
 */
export async function downloadBlob(file: KnownFile, download: FileDownload): Promise<string> {
  const { access, reference, commit, folder, onBytes } = download;
  if (!hashPattern[file.hash.algorithm].test(file.hash.value))
    throw new UserError(`The Hub gave no usable hash for ${file.name}.`, { remedy: 'Try again later.' });
  const blob = join(folder, 'blobs', file.hash.value);
  const url = `${access.home}/${reference.repository}/resolve/${commit}/${file.name}`;
  try {
    await mkdir(dirname(blob), { recursive: true });
    if ((await sizeOf(blob)) !== file.size) {
      await fetchFile(url, file, `${blob}.incomplete`, access, onBytes);
      await rename(`${blob}.incomplete`, blob);
    }
    return blob;
  } catch (error) {
    throw error instanceof Refusal ? problemOf(error, reference, access) : fileProblem(error, blob);
  }
}

/** Makes downloaded content a part of the model. */
export async function linkFile(
  { name }: Pick<KnownFile, 'name'>,
  { folder, commit }: Pick<FileDownload, 'folder' | 'commit'>,
  blob: string,
): Promise<void> {
  const pointer = join(folder, 'snapshots', commit, name);
  try {
    await mkdir(dirname(pointer), { recursive: true });
    await link(blob, pointer);
  } catch (error) {
    throw fileProblem(error, pointer);
  }
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

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
