import type { GgufValue } from '../../models/gguf/values.ts';
import { type TensorType, tensorTypes } from './blocks.ts';

/** What a GGUF file is made of (ggml's docs/gguf.md); everything is little-endian. */

export const magic = 'GGUF';
export const version = 3;
/** Of the data of each tensor, from the beginning of all. */
export const alignment = 32;

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Types of metadata, by their numbers in files. */
export const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** A tensor as the header describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly type: TensorType;
  /** As everywhere here, the last axis is contiguous; files list axes the other way around. */
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** All that stands before the data of the tensors. */
export function headerOf(
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly TensorInfo[],
): Uint8Array {
  const parts: Uint8Array[] = [
    Buffer.from(magic),
    numbers([version]),
    long(tensors.length),
    long(metadata.size),
    ...[...metadata].flatMap(([key, value]) => [text(key), ...valueBytes(value)]),
  ];
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    parts.push(text(name), numbers([shape.length]), ...shape.toReversed().map(long));
    parts.push(numbers([tensorTypes[type]]), long(offset));
    offset += aligned(bytes);
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([...parts, Buffer.alloc(aligned(length) - length)]);
}

function valueBytes({ type, value }: GgufValue): Uint8Array[] {
  switch (type) {
    case 'uint32':
      return [numbers([valueTypes.uint32, value])];
    case 'float32': {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(valueTypes.float32);
      bytes.writeFloatLE(value, 4);
      return [bytes];
    }
    case 'bool':
      return [numbers([valueTypes.bool]), Uint8Array.of(value ? 1 : 0)];
    case 'string':
      return [numbers([valueTypes.string]), text(value)];
    case 'strings':
      return [numbers([valueTypes.array, valueTypes.string]), long(value.length), ...value.map(text)];
    case 'int32s':
      return [numbers([valueTypes.array, valueTypes.int32]), long(value.length), numbers(value)];
  }
}

function numbers(values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * at);
  return bytes;
}

function long(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([long(bytes.length), bytes]);
}
