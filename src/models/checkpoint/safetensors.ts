import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { fileProblem } from '../../base/file-problem.ts';
import { openNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import { writeAll } from '../../base/write-all.ts';
import { readExactly } from '../../data/read-bytes.ts';
import {
  brainFloatsToFloats,
  floatsToBrainFloats,
  floatsToHalves,
  halvesToFloats,
} from './half-precision.ts';
import {
  broken,
  type ElementType,
  elementBytes,
  longestHeader,
  parseHeader,
  type TensorEntry,
} from './safetensors-header.ts';

export type StoredData = Float32Array | Int32Array | Uint8Array | Int8Array | BigInt64Array;

/** A tensor of a file; F16, BF16 and F64 are carried as Float32Array. */
export interface StoredTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: StoredData;
}

/** A tensor to write; without `dtype` the array decides, F32 for a Float32Array. */
export interface TensorToStore {
  readonly shape: readonly number[];
  readonly data: StoredData;
  readonly dtype?: ElementType;
}

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Widest elements first, so that all are aligned; the order of the reference implementation. */
const storageOrder: readonly ElementType[] = ['I64', 'F64', 'F32', 'I32', 'BF16', 'F16', 'I8', 'U8'];

/** A safetensors file whose header has been checked; tensors are read one by one, so large files need little memory. */
export class SafetensorsFile {
  readonly file: string;
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Size of the whole file. */
  readonly bytes: number;
  readonly #handle: FileHandle;
  readonly #dataStart: number;

  private constructor(
    file: string,
    handle: FileHandle,
    bytes: number,
    dataStart: number,
    header: { entries: ReadonlyMap<string, TensorEntry>; metadata: Readonly<Record<string, string>> },
  ) {
    this.file = file;
    this.#handle = handle;
    this.bytes = bytes;
    this.#dataStart = dataStart;
    this.entries = header.entries;
    this.metadata = header.metadata;
  }

  /** @throws UserError if the file cannot be opened or its header is not sound. */
  static async open(file: string): Promise<SafetensorsFile> {
    requireLittleEndian();
    let handle: FileHandle | undefined;
    try {
      handle = await openNamed(file);
      const { size } = await handle.stat();
      if (size < 8) throw broken(file, `it has only ${size} bytes`);
      const prefix = new Uint8Array(8);
      await readExactly(handle, prefix, 0);
      const length = new DataView(prefix.buffer).getBigUint64(0, true);
      if (length > BigInt(Math.min(longestHeader, size - 8)))
        throw broken(
          file,
          `its header claims ${length} bytes, more than the file holds or a header may have`,
        );
      const header = new Uint8Array(Number(length));
      await readExactly(handle, header, 8);
      const dataStart = 8 + header.length;
      return new SafetensorsFile(file, handle, size, dataStart, parseHeader(header, size - dataStart, file));
    } catch (error) {
      await handle?.close();
      throw fileProblem(error, file);
    }
  }

  /**
   * @throws Error if the file has no tensor of this name
   * @throws UserError if its elements are of a type that is not read here
   */
  async read(name: string): Promise<StoredTensor> {
    const entry = this.entries.get(name);
    if (!entry) throw new Error(`${this.file} has no tensor "${name}"`);
    const { dtype } = entry;
    if (!isElementType(dtype))
      throw new UserError(`${this.file}: tensor "${name}" is stored as ${dtype}, which is not read here.`, {
        remedy: `Convert it to one of ${Object.keys(elementBytes).join(', ')}.`,
        place: this.file,
      });
    const bytes = new Uint8Array(entry.end - entry.begin);
    try {
      await readExactly(this.#handle, bytes, this.#dataStart + entry.begin);
    } catch (error) {
      throw fileProblem(error, this.file);
    }
    return { dtype, shape: entry.shape, data: decode(bytes, dtype) };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Reads a whole safetensors file.
 * @throws UserError if it cannot be read or is not sound.
 */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const opened = await SafetensorsFile.open(file);
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const name of opened.entries.keys()) tensors.set(name, await opened.read(name));
    return { tensors, metadata: opened.metadata };
  } finally {
    await opened.close();
  }
}

/**
 * Writes a safetensors file: whole or not at all, whatever stops it. Tensors lie by type and name,
 * so equal content gives equal bytes.
 * @returns bytes written
 * @throws UserError if the place cannot be written or the disk is full.
 */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, TensorToStore> | Readonly<Record<string, TensorToStore>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<number> {
  requireLittleEndian();
  const given: [string, TensorToStore][] =
    tensors instanceof Map ? [...tensors] : Object.entries(tensors as Record<string, TensorToStore>);
  const inOrder = given
    .map(([name, tensor]) => ({ name, ...tensor, dtype: tensor.dtype ?? naturalType(tensor.data) }))
    .sort(
      (a, b) => storageOrder.indexOf(a.dtype) - storageOrder.indexOf(b.dtype) || (a.name < b.name ? -1 : 1),
    );
  const header = layOut(inOrder, metadata);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // Made anew: what has its name, a link perhaps, is nobody's who still writes.
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx');
    let written = header.length;
    try {
      await writeAll(handle, header);
      for (const { data, dtype } of inOrder) {
        const bytes = encode(data, dtype);
        await writeAll(handle, bytes);
        written += bytes.byteLength;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return written;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fileProblem(error, file);
  }
}

function layOut(
  tensors: readonly { name: string; dtype: ElementType; shape: readonly number[]; data: StoredData }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let at = 0;
  for (const { name, dtype, shape, data } of tensors) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (elements !== data.length)
      throw new Error(`tensor "${name}" of shape [${shape}] has ${data.length} values`);
    const end = at + elements * elementBytes[dtype];
    header[name] = { dtype, shape, data_offsets: [at, end] };
    at = end;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  // The data begins at a multiple of 8, so that readers can map it.
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}

function decode(bytes: Uint8Array, dtype: ElementType): StoredData {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F16':
      return halvesToFloats(new Uint16Array(bytes.buffer));
    case 'F64':
      return Float32Array.from(new Float64Array(bytes.buffer));
    case 'BF16':
      return brainFloatsToFloats(new Uint16Array(bytes.buffer));
    case 'I8':
      return new Int8Array(bytes.buffer);
    case 'U8':
      return bytes;
    case 'I32':
      return new Int32Array(bytes.buffer);
    case 'I64':
      return new BigInt64Array(bytes.buffer);
  }
}

const isElementType = (dtype: string): dtype is ElementType => Object.hasOwn(elementBytes, dtype);

function naturalType(data: StoredData): ElementType {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Int32Array) return 'I32';
  if (data instanceof Uint8Array) return 'U8';
  return data instanceof Int8Array ? 'I8' : 'I64';
}

function encode(data: StoredData, dtype: ElementType): Uint8Array {
  const narrowed = narrow(data, dtype);
  return new Uint8Array(narrowed.buffer, narrowed.byteOffset, narrowed.byteLength);
}

function narrow(data: StoredData, dtype: ElementType): StoredData | Uint16Array {
  if (dtype === naturalType(data)) return data;
  if (data instanceof Float32Array && dtype === 'F16') return floatsToHalves(data);
  if (data instanceof Float32Array && dtype === 'BF16') return floatsToBrainFloats(data);
  throw new Error(`a ${data.constructor.name} cannot be stored as ${dtype}`);
}

function requireLittleEndian(): void {
  if (endianness() !== 'LE')
    throw new UserError('Safetensors files are little-endian, and this processor is not.', {
      remedy: 'Run Distillery on an x86 or ARM machine.',
    });
}
