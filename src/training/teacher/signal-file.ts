import { closeSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { openRegular, openRegularSync } from '../../base/regular-file.ts';
import type { HostTensor } from '../../device/device.ts';
import {
  type Column,
  columnBytes,
  footerBytes,
  type Header,
  headerSchema,
  magic,
  rowBytes,
  sizeOf,
} from './signal-format.ts';

/** Larger files stay on disk and are read a row at a time, through the system's page cache. */
const largestInMemory = 256 * 2 ** 20;

/** A whole file that lies on disk: its parts before the rows, and where these start. */
interface Contents {
  readonly header: Header;
  readonly ids: Int32Array;
  readonly tokens: Int32Array;
  readonly seconds: number;
  readonly dataStart: number;
  readonly inMemory: Buffer | undefined;
}

/** Signals of a finished file, by sample id. */
export class SignalFile {
  /** What computing the signals took, whenever that was. */
  readonly seconds: number;
  readonly #columns: readonly Column[];
  readonly #rowOf = new Map<number, number>();
  readonly #tokens: Int32Array;
  /** Where each row starts in the file; one more than there are rows. */
  readonly #starts: Float64Array;
  readonly #inMemory: Buffer | undefined;
  readonly #descriptor: number | undefined;

  private constructor(file: string, { header, ids, tokens, seconds, dataStart, inMemory }: Contents) {
    this.seconds = seconds;
    this.#columns = header.signals;
    this.#tokens = tokens;
    this.#inMemory = inMemory;
    this.#descriptor = inMemory ? undefined : openRegularSync(file);
    this.#starts = new Float64Array(ids.length + 1);
    this.#starts[0] = dataStart;
    for (const [row, id] of ids.entries()) {
      this.#rowOf.set(id, row);
      this.#starts[row + 1] = this.#starts[row]! + rowBytes(header.signals, tokens[row]!);
    }
  }

  /** @returns undefined where there is no such file, it was made for another key, or it is not whole. */
  static async open(file: string, key: string): Promise<SignalFile | undefined> {
    let handle: FileHandle | undefined;
    try {
      handle = await openRegular(file);
      const contents = await readContents(handle, key);
      return contents && new SignalFile(file, contents);
    } catch {
      return undefined;
    } finally {
      await handle?.close();
    }
  }

  /**
   * Signals of these samples, (batchSize, …) or (batchSize, length, …), zero in rows that only pad and behind the last
   * token of a text.
   * @param length tokens to which the texts of the batch are padded
   * @throws Error if a sample is not in the file
   */
  read(sampleIds: Int32Array, batchSize: number, length = 1): Record<string, HostTensor> {
    const perSample = (column: Column) => sizeOf(column.shape) * (column.perToken ? length : 1);
    const arrays = this.#columns.map((column) => {
      const size = batchSize * perSample(column);
      return column.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
    });
    for (let index = 0; index < sampleIds.length; index++) {
      const row = this.#rowOf.get(sampleIds[index]!);
      if (row === undefined)
        throw new Error(`The teacher’s signals of sample ${sampleIds[index]} are not in the cache.`);
      const bytes = this.#readRow(row);
      const tokens = this.#tokens[row]!;
      let at = 0;
      for (const [position, column] of this.#columns.entries()) {
        const start = index * perSample(column);
        const used = sizeOf(column.shape) * (column.perToken ? Math.min(tokens, length) : 1);
        decode(bytes, at, column, arrays[position]!.subarray(start, start + used));
        at += columnBytes(column, tokens);
      }
    }
    return Object.fromEntries(
      this.#columns.map(({ name, shape, perToken, dtype }, position) => [
        name,
        {
          data: arrays[position]!,
          shape: perToken ? [batchSize, length, ...shape] : [batchSize, ...shape],
          dtype: dtype === 'int32' ? 'int32' : 'float32',
        },
      ]),
    );
  }

  #readRow(row: number): Buffer {
    const [start, end] = [this.#starts[row]!, this.#starts[row + 1]!];
    if (this.#inMemory) return this.#inMemory.subarray(start, end);
    const bytes = Buffer.allocUnsafe(end - start);
    readSync(this.#descriptor!, bytes, 0, bytes.length, start);
    return bytes;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

function decode(row: Buffer, start: number, { dtype }: Column, target: Float32Array | Int32Array): void {
  if (dtype === 'int32')
    for (let at = 0; at < target.length; at++) target[at] = row.readInt32LE(start + 4 * at);
  else for (let at = 0; at < target.length; at++) target[at] = row.readFloatLE(start + 4 * at);
}

async function readContents(handle: FileHandle, key: string): Promise<Contents | undefined> {
  const { size } = await handle.stat();
  const read = async (start: number, length: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, start);
    return bytes;
  };
  const start = await read(0, magic.length + 4);
  const headerLength = start.readUInt32LE(magic.length);
  if (!start.subarray(0, magic.length).equals(magic) || headerLength > size) return undefined;
  const json = await read(start.length, headerLength);
  const header = headerSchema.parse(JSON.parse(json.toString()));
  const { samples } = header;
  const tablesStart = start.length + headerLength;
  const dataStart = tablesStart + 8 * samples;
  if (header.key !== key || dataStart + footerBytes > size) return undefined;
  const words = async (at: number) => {
    const bytes = await read(at, 4 * samples);
    return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const ids = await words(tablesStart);
  const tokens = await words(tablesStart + 4 * samples);
  let end = dataStart;
  for (const count of tokens) end += rowBytes(header.signals, count);
  if (end + footerBytes !== size) return undefined;
  const inMemory = size <= largestInMemory ? Buffer.alloc(size) : undefined;
  if (!(await checksumHolds(handle, size, inMemory))) return undefined;
  const seconds = (await read(end, 8)).readDoubleLE();
  return { header, ids, tokens, seconds, dataStart, inMemory };
}

/** @param content filled with the whole file where given. */
async function checksumHolds(handle: FileHandle, size: number, content?: Buffer): Promise<boolean> {
  const chunk = Buffer.alloc(Math.min(size, 4 * 2 ** 20));
  let checksum = 0;
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return false;
    const read = chunk.subarray(0, bytesRead);
    if (content) read.copy(content, at);
    checksum = crc32(read.subarray(0, Math.max(0, Math.min(bytesRead, size - 4 - at))), checksum);
    at += bytesRead;
  }
  const stored = Buffer.alloc(4);
  await handle.read(stored, 0, 4, size - 4);
  return stored.readUInt32LE() === checksum;
}
