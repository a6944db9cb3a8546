import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { readExactly } from '../../data/read-bytes.ts';
import type { GgufMetadata, GgufValue } from '../../models/gguf/values.ts';
import { bytesOf, type TensorType, tensorTypes } from './blocks.ts';
import { aligned, magic, type TensorInfo, valueTypes, version } from './container.ts';

/** A GGUF file as it stands on the disk, for whoever checks what was written. */
export interface OpenGguf {
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The bytes of one tensor, from the beginning of their buffer. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** The header is read in steps of so many bytes. */
const stepBytes = 2 ** 20;

/**
 * Opens a GGUF file with the types of values and tensors that are written here.
 * @throws Error if it holds anything else, or ends early
 */
export async function openGguf(file: string): Promise<OpenGguf> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const header = new HeaderReader(handle.fd);
    if (header.bytes(4).toString('latin1') !== magic) throw new Error('it does not begin with GGUF');
    const found = header.uint32();
    if (found !== version) throw new Error(`its version is ${found}`);
    const tensorCount = header.long();
    const valueCount = header.long();
    const metadata = new Map<string, GgufValue>();
    for (let at = 0; at < valueCount; at++) metadata.set(header.text(), valueIn(header));
    const places = new Map<string, TensorInfo & { readonly offset: number }>();
    for (let at = 0; at < tensorCount; at++) {
      const name = header.text();
      const shape: number[] = [];
      for (let axes = header.uint32(); axes > 0; axes--) shape.unshift(header.long());
      const type = typeOf(header.uint32());
      const bytes = bytesOf(
        type,
        shape.reduce((product, length) => product * length, 1),
      );
      places.set(name, { name, type, shape, bytes, offset: header.long() });
    }
    const begin = aligned(header.position);
    for (const { name, offset, bytes } of places.values())
      if (begin + offset + bytes > size) throw new Error(`it ends before the tensor "${name}"`);
    return {
      metadata,
      tensors: places,
      async read(name) {
        const { offset, bytes } = places.get(name)!;
        const content = new Uint8Array(bytes);
        await readExactly(handle, content, begin + offset);
        return content;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function valueIn(header: HeaderReader): GgufValue {
  const type = header.uint32();
  switch (type) {
    case valueTypes.uint32:
      return { type: 'uint32', value: header.uint32() };
    case valueTypes.float32:
      return { type: 'float32', value: header.bytes(4).readFloatLE() };
    case valueTypes.bool:
      return { type: 'bool', value: header.bytes(1)[0] === 1 };
    case valueTypes.string:
      return { type: 'string', value: header.text() };
    case valueTypes.array: {
      const items = header.uint32();
      const count = header.long();
      if (items === valueTypes.string) return { type: 'strings', value: times(count, () => header.text()) };
      if (items === valueTypes.int32) return { type: 'int32s', value: times(count, () => header.int32()) };
      throw new Error(`it holds an array of type ${items}`);
    }
    default:
      throw new Error(`it holds a value of type ${type}`);
  }
}

function times<T>(count: number, read: () => T): T[] {
  const found: T[] = [];
  for (let at = 0; at < count; at++) found.push(read());
  return found;
}

function typeOf(number: number): TensorType {
  for (const [type, known] of Object.entries(tensorTypes)) if (known === number) return type as TensorType;
  throw new Error(`it holds a tensor of type ${number}`);
}

/** Reads what stands one behind the other, a step of the file at a time: of a vocabulary each token by itself. */
class HeaderReader {
  readonly #file: number;
  #ahead = Buffer.alloc(0);
  #position = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** Bytes that were taken. */
  get position(): number {
    return this.#position;
  }

  bytes(count: number): Buffer {
    while (this.#ahead.length < count) {
      const more = Buffer.alloc(stepBytes);
      const found = readSync(this.#file, more, 0, stepBytes, this.#position + this.#ahead.length);
      if (found === 0) throw new Error('it ends within its header');
      this.#ahead = Buffer.concat([this.#ahead, more.subarray(0, found)]);
    }
    const taken = this.#ahead.subarray(0, count);
    this.#ahead = this.#ahead.subarray(count);
    this.#position += count;
    return taken;
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  int32(): number {
    return this.bytes(4).readInt32LE();
  }

  long(): number {
    return Number(this.bytes(8).readBigUInt64LE());
  }

  text(): string {
    return this.bytes(this.long()).toString('utf8');
  }
}
