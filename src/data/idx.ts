import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { fileProblem } from '../base/file-problem.ts';
import { openNamed } from '../base/regular-file.ts';
import { UserError } from '../base/user-error.ts';
import { readExactly } from './read-bytes.ts';

/** The content of an IDX file of unsigned bytes: http://yann.lecun.com/exdb/mnist describes the format. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export interface IdxHeader {
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly start: number;
  readonly dataBytes: number;
}

const unsignedByte = 0x08;
const elementTypes: Readonly<Record<number, string>> = {
  8: 'unsigned bytes',
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
};
/** A gzip file of a few megabytes can hold gigabytes; what is unpacked stands in memory twice. */
const mostUnpacked = 768 << 20;
/** Bytes after which the header of any IDX file is over. */
export const longestHeader = 4 + 4 * 255;

/**
 * Reads an IDX file of unsigned bytes, plain or compressed by gzip (told apart by content, not by name). Memory is
 * taken only for bytes that are really there, whatever the header promises.
 * @throws UserError naming the file if it cannot be read, is no IDX file, or is shorter or longer than its header says.
 */
export async function readIdx(file: string): Promise<IdxArray> {
  let handle: FileHandle | undefined;
  try {
    handle = await openNamed(file);
    const { size } = await handle.stat();
    const start = new Uint8Array(Math.min(size, longestHeader));
    await readExactly(handle, start, 0);
    if (start[0] === 0x1f && start[1] === 0x8b) return await readCompressed(file);
    const header = parseHeader(start, file);
    checkLength(size - header.start, header, file);
    const data = new Uint8Array(header.dataBytes);
    await readExactly(handle, data, header.start);
    return { shape: header.shape, data };
  } catch (error) {
    throw fileProblem(error, file);
  } finally {
    await handle?.close();
  }
}

async function readCompressed(file: string): Promise<IdxArray> {
  const chunks: Uint8Array[] = [];
  let header: IdxHeader | undefined;
  let length = 0;
  try {
    for await (const chunk of createReadStream(file).pipe(createGunzip())) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
      if (!header && length >= longestHeader) {
        header = parseHeader(Buffer.concat(chunks), file);
        if (header.dataBytes > mostUnpacked) throw tooLarge(header, file);
      }
      // A small file can unpack to far more than memory holds: stop as soon as it is too long.
      if (header && length > header.start + header.dataBytes) break;
    }
  } catch (error) {
    if (error instanceof UserError || !String((error as NodeJS.ErrnoException).code).startsWith('Z_'))
      throw error;
    throw new UserError(`${file} is a damaged gzip file: ${(error as Error).message}.`, {
      remedy: 'Download or copy it again; `gzip -t FILE` tells whether it is whole.',
      place: file,
      cause: error,
    });
  }
  const bytes = Buffer.concat(chunks);
  header ??= parseHeader(bytes, file);
  checkLength(length - header.start, header, file);
  return {
    shape: header.shape,
    data: new Uint8Array(bytes.buffer, bytes.byteOffset + header.start, header.dataBytes),
  };
}

const tooLarge = ({ shape, dataBytes }: IdxHeader, file: string) =>
  new UserError(
    `${file} is too large to be unpacked while it is read: its header says ${shape.join(' × ')} = ${dataBytes} bytes, and at most ${mostUnpacked} are unpacked.`,
    { remedy: 'If it is right as it is, unpack it with gunzip and name the unpacked file.', place: file },
  );

/** @throws UserError if these first bytes of the file are no IDX header of unsigned bytes. */
export function parseHeader(bytes: Uint8Array, file: string): IdxHeader {
  const remedy =
    'Name an IDX file (the format of MNIST: two zero bytes, 0x08, the number of dimensions, then the dimensions).';
  const [zero, secondZero, type, rank] = bytes;
  if (bytes.length < 4 || zero !== 0 || secondZero !== 0 || !(type! in elementTypes) || rank === 0)
    throw new UserError(
      bytes.length === 0
        ? `${file} is empty.`
        : `${file} is no IDX file: it begins with the bytes ${hex(bytes.subarray(0, 4))}.`,
      { remedy, place: file },
    );
  if (type !== unsignedByte)
    throw new UserError(
      `${file} holds ${elementTypes[type!]}; images and labels must be unsigned bytes (0x08).`,
      {
        remedy: 'Convert the values to unsigned bytes, 0 to 255.',
        place: file,
      },
    );
  const start = 4 + 4 * rank!;
  if (bytes.length < start)
    throw new UserError(`${file} is truncated: its header of ${start} bytes ends after ${bytes.length}.`, {
      remedy: 'Download or copy it again.',
      place: file,
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: rank! }, (_, index) => view.getUint32(4 + 4 * index));
  return { shape, start, dataBytes: shape.reduce((product, size) => product * size, 1) };
}

/** @throws UserError if another number of bytes follows the header than it says. */
export function checkLength(found: number, header: IdxHeader, file: string): void {
  if (found === header.dataBytes) return;
  const shape = header.shape.join(' × ');
  throw new UserError(
    found < header.dataBytes
      ? `${file} is truncated: its header says ${shape} = ${header.dataBytes} bytes, but ${found} follow.`
      : `${file} is longer than its header says: ${shape} = ${header.dataBytes} bytes, but more follow.`,
    { remedy: 'Download or copy it again, or mend its header.', place: file },
  );
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
