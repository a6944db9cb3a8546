import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import { type Column, type Header, magic, rowBytes, sizeOf } from './signal-format.ts';

/** Values of one signal for a batch, and how many of a sample's tokens they cover where it is per token. */
export interface BatchSignal {
  readonly data: Float32Array | Int32Array;
  readonly length: number;
}

/** Rows of signals, written in the order of their samples; the file appears when it is complete. */
export class SignalFileWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #key: string;
  readonly #ids: Int32Array;
  readonly #tokens: Int32Array;
  readonly #onBytes: ((bytes: number) => void) | undefined;
  #handle: FileHandle | undefined;
  #columns: readonly Column[] = [];
  #rows = 0;
  #checksum = 0;

  /**
   * @param ids sample ids in the order in which rows will come
   * @param tokens how many tokens each has; 0 where there are none
   * @param onBytes told, before the first row is written, how many bytes all rows will take
   */
  constructor(
    file: string,
    key: string,
    ids: Int32Array,
    tokens: Int32Array,
    onBytes?: (bytes: number) => void,
  ) {
    this.#file = file;
    this.#temporary = `${file}.${process.pid}.tmp`;
    this.#key = key;
    this.#ids = ids;
    this.#tokens = tokens;
    this.#onBytes = onBytes;
  }

  /**
   * Adds the first `count` rows of each signal.
   * @param columns the same in every call
   * @throws UserError if the disk is full or the place cannot be written; nothing is left then.
   */
  async add(
    columns: readonly Column[],
    signals: Readonly<Record<string, BatchSignal>>,
    count: number,
  ): Promise<void> {
    try {
      if (!this.#handle) await this.#begin(columns);
      const parts: Buffer[] = [];
      for (let row = 0; row < count; row++)
        for (const column of this.#columns)
          parts.push(encode(column, signals[column.name]!, row, this.#tokens[this.#rows + row]!));
      this.#rows += count;
      await this.#write(Buffer.concat(parts));
    } catch (error) {
      await this.abandon();
      throw fileProblem(error, this.#file);
    }
  }

  /** @throws UserError if the disk has no room for the rows to come. */
  async #begin(columns: readonly Column[]): Promise<void> {
    this.#columns = columns;
    const bytes = this.#tokens.reduce((sum, tokens) => sum + rowBytes(columns, tokens), 0);
    await requireRoom(this.#file, bytes);
    this.#onBytes?.(bytes);
    const header: Header = { key: this.#key, samples: this.#ids.length, signals: [...columns] };
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    this.#handle = await open(this.#temporary, 'w');
    await this.#write(Buffer.concat([magic, length, json, bytesOf(this.#ids), bytesOf(this.#tokens)]));
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#checksum = crc32(bytes, this.#checksum);
    await this.#handle!.writeFile(bytes);
  }

  /** Makes the file appear. @param seconds what computing the signals took. */
  async finish(seconds: number): Promise<void> {
    try {
      const cost = Buffer.alloc(8);
      cost.writeDoubleLE(seconds);
      await this.#write(cost);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32LE(this.#checksum);
      await this.#handle!.writeFile(checksum);
      await this.#handle!.sync();
      await this.#handle!.close();
      this.#handle = undefined;
      await rename(this.#temporary, this.#file);
    } catch (error) {
      await this.abandon();
      throw fileProblem(error, this.#file);
    }
  }

  async abandon(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
    await rm(this.#temporary, { force: true }).catch(() => {});
  }
}

/** @throws UserError rather than filling the disk and failing at its end. */
async function requireRoom(file: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(dirname(file));
  const free = bavail * bsize;
  // Some file systems over a network say nothing of their size.
  if (blocks === 0 || bytes <= free) return;
  throw new UserError(
    `The teacher’s signals take ${gigabytes(bytes)}, and the disk of ${file} has ${gigabytes(free)} left.`,
    {
      remedy: 'Free some space, or set "cacheTeacherSignals" to false: the teacher then runs in every step.',
      place: file,
    },
  );
}

/** For people: '1.5 GB'. */
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;

function encode(column: Column, { data, length }: BatchSignal, row: number, tokens: number): Buffer {
  const size = sizeOf(column.shape);
  const start = row * size * (column.perToken ? length : 1);
  return bytesOf(data.subarray(start, start + size * (column.perToken ? tokens : 1)));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
