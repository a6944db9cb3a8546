import { createReadStream } from 'node:fs';
import { type FileHandle, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { fileProblem } from '../base/file-problem.ts';
import { openNamed } from '../base/regular-file.ts';
import { UserError } from '../base/user-error.ts';
import { checkLength, longestHeader, parseHeader, readIdx } from './idx.ts';
import { readExactly } from './read-bytes.ts';

/**
 * The shape of an IDX file, and whether the file is whole, from its first bytes and its length: images are not read.
 * @throws UserError naming the file if it is missing, no IDX file of unsigned bytes, or shorter or longer than it says.
 */
export async function readIdxShape(file: string): Promise<{ shape: readonly number[] }> {
  let handle: FileHandle | undefined;
  try {
    await requireFile(file);
    handle = await openNamed(file);
    const { size } = await handle.stat();
    const start = new Uint8Array(Math.min(size, longestHeader));
    await readExactly(handle, start, 0);
    if (start[0] === 0x1f && start[1] === 0x8b) return await compressedShape(handle, size, file);
    const header = parseHeader(start, file);
    checkLength(size - header.start, header, file);
    return { shape: header.shape };
  } catch (error) {
    throw fileProblem(error, file);
  } finally {
    await handle?.close();
  }
}

/** A gzip file ends with its unpacked length, modulo 2³² (RFC 1952). Where that disagrees the whole file is read. */
async function compressedShape(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<{ shape: readonly number[] }> {
  const end = new Uint8Array(4);
  if (size < 18) return await readIdx(file);
  await readExactly(handle, end, size - 4);
  const unpacked = new DataView(end.buffer).getUint32(0, true);
  const start = await unpackedStart(file).catch(() => undefined);
  if (start === undefined) return await readIdx(file);
  const header = parseHeader(start, file);
  if ((header.start + header.dataBytes) % 2 ** 32 !== unpacked) return await readIdx(file);
  return { shape: header.shape };
}

async function unpackedStart(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const source = createReadStream(file);
  const unpacking = source.pipe(createGunzip());
  source.on('error', (error) => unpacking.destroy(error));
  try {
    for await (const chunk of unpacking) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
      if (length >= longestHeader) break;
    }
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks);
}

/**
 * Opening a pipe or a device may wait for ever; what is wrong with anything else is said by opening it.
 * @throws UserError if this is neither a file nor a folder.
 */
export async function requireFile(file: string): Promise<void> {
  const status = await stat(file).catch(() => undefined);
  if (status === undefined || status.isFile() || status.isDirectory()) return;
  throw new UserError(`${file} is not a file.`, { remedy: 'Name an IDX file, plain or gzip.', place: file });
}
