import { realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import onnxProto, { type onnx } from 'onnx-proto';
import { openRegular, readNamed } from '../../../base/regular-file.ts';
import { broken } from './broken.ts';

// The package is CommonJS: its one export is found on the default import only.
const { ModelProto } = onnxProto.onnx;

/** What one file of protocol buffers can hold. */
export const longestFile = 2 ** 31;

/**
 * The files beside a graph that its tensors are said to lie in, as it names them.
 * @throws UserError if it is no graph
 */
export async function externalFiles(file: string): Promise<string[]> {
  let proto: onnx.ModelProto;
  try {
    proto = ModelProto.decode(await readNamed(file, longestFile));
  } catch {
    throw broken(file, 'it ends too early, or is no ONNX model');
  }
  const named = (proto.graph?.initializer ?? []).flatMap((tensor) =>
    tensor.dataLocation ? [placeOf(tensor, file).location] : [],
  );
  return [...new Set(named)];
}

/** Of a model in the cache of the Hub, where each file is a link into one folder of its own. */
const snapshot = /^(.*)[\\/]snapshots[\\/][0-9a-f]{40}(?:[\\/]onnx)?$/;

/** What a link in the Hub's cache leads to, if it leads there; other links lead nowhere. */
async function followed(place: string, folder: string): Promise<string> {
  const [, repository] = snapshot.exec(folder) ?? [];
  if (repository === undefined) return place;
  const [target, blobs] = await Promise.all([realpath(place), realpath(join(repository, 'blobs'))]).catch(
    () => [],
  );
  return target !== undefined && dirname(target) === blobs ? target : place;
}

interface Place {
  readonly location: string;
  readonly offset: number;
  readonly length: number | undefined;
}

function placeOf(tensor: onnx.ITensorProto, file: string): Place {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const number = (key: string) => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 0)
      throw broken(file, `tensor "${tensor.name}" lies at the ${key} ${JSON.stringify(text)}`);
    return value;
  };
  return {
    location: entries.get('location') ?? '',
    offset: number('offset') ?? 0,
    length: number('length'),
  };
}

/**
 * Reads numbers that lie in a file beside the graph: below its folder, and through no link but those of the Hub's cache.
 * @param bytes how many the tensor's shape asks for
 * @throws UserError if the file is elsewhere, missing or too short
 */
export async function externalBytes(
  tensor: onnx.ITensorProto,
  bytes: number,
  file: string,
): Promise<Uint8Array> {
  const { location, offset, length } = placeOf(tensor, file);
  const folder = resolve(dirname(file));
  const place = resolve(folder, location);
  const parts = location.split(/[\\/]/);
  if (location === '' || parts.includes('..') || !place.startsWith(`${folder}${sep}`))
    throw broken(
      file,
      `tensor "${tensor.name}" is said to lie in ${JSON.stringify(location)}, outside of its folder`,
    );
  if (length !== undefined && length !== bytes)
    throw broken(file, `tensor "${tensor.name}" has ${length} bytes where its shape asks for ${bytes}`);
  let handle: Awaited<ReturnType<typeof openRegular>>;
  try {
    handle = await openRegular(await followed(join(folder, ...parts), folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? broken(
          file,
          `the file ${JSON.stringify(location)}, which holds the tensor "${tensor.name}", is not beside it`,
        )
      : broken(
          file,
          `${JSON.stringify(location)}, which holds the tensor "${tensor.name}", cannot be read: ${(error as Error).message}`,
        );
  }
  try {
    const { size } = await handle.stat();
    if (offset + bytes > size)
      throw broken(file, `${JSON.stringify(location)} ends before the tensor "${tensor.name}" does`);
    const found = Buffer.alloc(bytes);
    for (let done = 0; done < bytes; ) {
      const { bytesRead } = await handle.read(found, done, bytes - done, offset + done);
      if (bytesRead === 0)
        throw broken(file, `${JSON.stringify(location)} ends before the tensor "${tensor.name}" does`);
      done += bytesRead;
    }
    return found;
  } finally {
    await handle.close();
  }
}
