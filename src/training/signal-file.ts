import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { fileProblem } from '../data/file-problem.ts';
import type { HostTensor } from '../device/device.ts';
import { floatsToHalves, halfToFloat } from '../models/half-precision.ts';

/**
 * A file of teacher signals by sample id: magic, length of the header, header (JSON), sample ids (int32), one row per
 * sample holding all its signals, the seconds it took to compute them (float64), CRC-32 of everything before.
 * Little-endian.
 *
 * Narrow signals, such as the logits of a classifier, are kept in float32, where they cost next to nothing, so that a
 * run with the cache equals one without to the last bit. Wide ones are kept in float16: relative error 2⁻¹¹.
 */
const magic = Buffer.from('DSTSIG01');
const widestInFull = 256;
/** Larger files stay on disk and are read a row at a time, through the system's page cache. */
const largestInMemory = 256 * 2 ** 20;

const footerBytes = 12;

const headerSchema = z.object({
  key: z.string(),
  samples: z.int().min(0),
  signals: z.array(
    z.object({ name: z.string(), shape: z.array(z.int().min(1)), dtype: z.enum(['float32', 'float16']) }),
  ),
});
type Header = z.infer<typeof headerSchema>;
type SignalColumn = Header['signals'][number];

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const bytesOf = ({ shape, dtype }: SignalColumn) => sizeOf(shape) * (dtype === 'float32' ? 4 : 2);

/** Rows of signals, written in order; the file appears when it is complete. */
export class SignalFileWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #key: string;
  readonly #ids: Int32Array;
  #handle: FileHandle | undefined;
  #columns: SignalColumn[] = [];
  #checksum = 0;

  /** @param ids sample ids in the order in which rows will come. */
  constructor(file: string, key: string, ids: Int32Array) {
    this.#file = file;
    this.#temporary = `${file}.${process.pid}.tmp`;
    this.#key = key;
    this.#ids = ids;
  }

  /**
   * Adds the first `count` rows of each signal; names and shapes are those of the first call.
   * @throws UserError if the disk is full or the place cannot be written; nothing is left then.
   */
  async add(
    signals: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>,
    count: number,
  ): Promise<void> {
    try {
      if (!this.#handle) await this.#begin(signals);
      const encoded = this.#columns.map((column) => {
        const { data } = signals[column.name]!;
        const used = data.subarray(0, count * sizeOf(column.shape));
        const values = column.dtype === 'float32' ? used : floatsToHalves(used);
        return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      });
      const rows: Buffer[] = [];
      for (let row = 0; row < count; row++)
        for (const [index, column] of this.#columns.entries()) {
          const bytes = bytesOf(column);
          rows.push(encoded[index]!.subarray(row * bytes, (row + 1) * bytes));
        }
      await this.#write(Buffer.concat(rows));
    } catch (error) {
      await this.abandon();
      throw fileProblem(error, this.#file);
    }
  }

  async #begin(signals: Readonly<Record<string, { shape: readonly number[] }>>): Promise<void> {
    this.#columns = Object.entries(signals).map(([name, { shape }]) => ({
      name,
      shape: shape.slice(1),
      dtype: sizeOf(shape.slice(1)) <= widestInFull ? 'float32' : 'float16',
    }));
    const header: Header = { key: this.#key, samples: this.#ids.length, signals: this.#columns };
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    this.#handle = await open(this.#temporary, 'w');
    const ids = Buffer.from(this.#ids.buffer, this.#ids.byteOffset, this.#ids.byteLength);
    await this.#write(Buffer.concat([magic, length, json, ids]));
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

/** Signals of a finished file, by sample id. */
export class SignalFile {
  /** What computing the signals took, whenever that was. */
  readonly seconds: number;
  readonly #columns: readonly SignalColumn[];
  readonly #rowOf = new Map<number, number>();
  readonly #rowBytes: number;
  readonly #dataStart: number;
  readonly #content: Buffer | undefined;
  readonly #descriptor: number | undefined;
  readonly #row: Buffer;

  private constructor(
    header: Header,
    ids: Int32Array,
    seconds: number,
    dataStart: number,
    content: Buffer | undefined,
    descriptor: number | undefined,
  ) {
    this.seconds = seconds;
    this.#columns = header.signals;
    ids.forEach((id, row) => {
      this.#rowOf.set(id, row);
    });
    this.#rowBytes = header.signals.reduce((sum, column) => sum + bytesOf(column), 0);
    this.#dataStart = dataStart;
    this.#content = content;
    this.#descriptor = descriptor;
    this.#row = Buffer.alloc(this.#rowBytes);
  }

  /** @returns undefined where there is no such file, it was made for another key, or it is not whole. */
  static async open(file: string, key: string): Promise<SignalFile | undefined> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'r');
      const { size } = await handle.stat();
      const start = Buffer.alloc(magic.length + 4);
      await handle.read(start, 0, start.length, 0);
      const headerLength = start.readUInt32LE(magic.length);
      if (!start.subarray(0, magic.length).equals(magic) || headerLength > size) return undefined;
      const json = Buffer.alloc(headerLength);
      await handle.read(json, 0, headerLength, start.length);
      const header = headerSchema.parse(JSON.parse(json.toString()));
      const rowBytes = header.signals.reduce((sum, column) => sum + bytesOf(column), 0);
      const dataStart = start.length + headerLength + 4 * header.samples;
      if (header.key !== key || size !== dataStart + header.samples * rowBytes + footerBytes)
        return undefined;
      const content = size <= largestInMemory ? Buffer.alloc(size) : undefined;
      if (!(await checksumHolds(handle, size, content))) return undefined;
      const ids = Buffer.alloc(4 * header.samples);
      await handle.read(ids, 0, ids.length, start.length + headerLength);
      const descriptor = content ? undefined : openSync(file, 'r');
      const cost = Buffer.alloc(8);
      await handle.read(cost, 0, 8, size - footerBytes);
      const words = new Int32Array(ids.buffer.slice(ids.byteOffset, ids.byteOffset + ids.byteLength));
      return new SignalFile(header, words, cost.readDoubleLE(), dataStart, content, descriptor);
    } catch {
      return undefined;
    } finally {
      await handle?.close();
    }
  }

  /**
   * Signals of these samples, (batchSize, …) each, zero in the rows that only pad.
   * @throws Error if a sample is not in the file
   */
  read(sampleIds: Int32Array, batchSize: number): Record<string, HostTensor> {
    const arrays = this.#columns.map((column) => new Float32Array(batchSize * sizeOf(column.shape)));
    for (let index = 0; index < sampleIds.length; index++) {
      const row = this.#readRow(sampleIds[index]!);
      let at = 0;
      for (const [position, column] of this.#columns.entries()) {
        const size = sizeOf(column.shape);
        decode(row, at, column, arrays[position]!.subarray(index * size, (index + 1) * size));
        at += bytesOf(column);
      }
    }
    return Object.fromEntries(
      this.#columns.map(({ name, shape }, position) => [
        name,
        { data: arrays[position]!, shape: [batchSize, ...shape], dtype: 'float32' as const },
      ]),
    );
  }

  #readRow(id: number): Buffer {
    const index = this.#rowOf.get(id);
    if (index === undefined) throw new Error(`The teacher’s signals of sample ${id} are not in the cache.`);
    const start = this.#dataStart + index * this.#rowBytes;
    if (this.#content) return this.#content.subarray(start, start + this.#rowBytes);
    readSync(this.#descriptor!, this.#row, 0, this.#rowBytes, start);
    return this.#row;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

const halves = Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));

function decode(row: Buffer, start: number, { dtype }: SignalColumn, target: Float32Array): void {
  if (dtype === 'float32')
    for (let at = 0; at < target.length; at++) target[at] = row.readFloatLE(start + 4 * at);
  else for (let at = 0; at < target.length; at++) target[at] = halves[row.readUInt16LE(start + 2 * at)]!;
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
