import onnxProto, { type onnx } from 'onnx-proto';
import {
  brainFloatsToFloats,
  floatsToBrainFloats,
  floatsToHalves,
  halvesToFloats,
} from '../../checkpoint/half-precision.ts';
import type { ElementKind } from '../graph.ts';

// The package is CommonJS: its one export is found on the default import only.
const { DataType } = onnxProto.onnx.TensorProto;

/** Types of four bits, two numbers to a byte, which onnx-proto does not name yet. */
const [uint4, int4] = [21, 22];
export const fewerBits: readonly number[] = [uint4, int4];

interface StoredType {
  readonly kind: ElementKind;
  /** Of one element. */
  readonly bytes: number;
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => Float32Array | Float64Array;
}

const float = (bytes: number, read: (raw: Uint8Array<ArrayBuffer>) => Float32Array): StoredType => ({
  kind: 'float',
  bytes,
  read,
});

const whole = (
  bytes: number,
  read: (raw: ArrayBuffer) => ArrayLike<number>,
  kind: ElementKind = 'integer',
): StoredType => ({ kind, bytes, read: ({ buffer }) => Float64Array.from(read(buffer)) });

const wide = (read: (raw: ArrayBuffer) => { values(): Iterable<bigint> }): StoredType => ({
  kind: 'integer',
  bytes: 8,
  read: ({ buffer }) => Float64Array.from(read(buffer).values(), Number),
});

const nibbles = (value: (nibble: number) => number): StoredType => ({
  kind: 'integer',
  bytes: 0.5,
  // The lower half of a byte comes first; after an odd number of elements the last half is empty.
  read: (raw) =>
    Float64Array.from({ length: 2 * raw.length }, (_, at) => value((raw[at >> 1]! >> (4 * (at & 1))) & 15)),
});

/** The types that numbers of a graph are read from. */
const storedTypes = new Map<number, StoredType>([
  [DataType.FLOAT, float(4, ({ buffer }) => new Float32Array(buffer))],
  [DataType.DOUBLE, float(8, ({ buffer }) => Float32Array.from(new Float64Array(buffer)))],
  [DataType.FLOAT16, float(2, ({ buffer }) => halvesToFloats(new Uint16Array(buffer)))],
  [DataType.BFLOAT16, float(2, ({ buffer }) => brainFloatsToFloats(new Uint16Array(buffer)))],
  [DataType.INT64, wide((raw) => new BigInt64Array(raw))],
  [DataType.UINT64, wide((raw) => new BigUint64Array(raw))],
  [DataType.INT32, whole(4, (raw) => new Int32Array(raw))],
  [DataType.UINT32, whole(4, (raw) => new Uint32Array(raw))],
  [DataType.INT16, whole(2, (raw) => new Int16Array(raw))],
  [DataType.UINT16, whole(2, (raw) => new Uint16Array(raw))],
  [DataType.INT8, whole(1, (raw) => new Int8Array(raw))],
  [DataType.UINT8, whole(1, (raw) => new Uint8Array(raw))],
  [DataType.BOOL, whole(1, (raw) => new Uint8Array(raw), 'boolean')],
  [uint4, nibbles((nibble) => nibble)],
  [int4, nibbles((nibble) => (nibble < 8 ? nibble : nibble - 16))],
]);

/** What a number type of ONNX is here; undefined for strings, complex numbers and whatever comes later. */
export const kindOf = (type: number): ElementKind | undefined => storedTypes.get(type)?.kind;

/** Bytes of one element, of types of four bits half a byte. */
export const bytesOf = (type: number): number | undefined => storedTypes.get(type)?.bytes;

/** ONNX's name of a number type, as messages have it. */
export const typeName = (type: number): string => (DataType[type] ?? `type ${type}`).toLowerCase();

/**
 * Numbers from the bytes of a file, little-endian.
 * @param type one that {@link kindOf} knows
 * @param count how many there are
 */
export const numbersFrom = (bytes: Uint8Array, type: number, count: number): Float32Array | Float64Array =>
  // Copied: elements must be aligned to be read as numbers.
  storedTypes.get(type)!.read(Uint8Array.from(bytes)).subarray(0, count);

/** Numbers that a tensor lists one by one, in the field that belongs to its type. */
export function listedNumbers(
  tensor: onnx.ITensorProto,
  type: number,
  count: number,
): Float32Array | Float64Array {
  const { floatData, doubleData, int32Data, int64Data, uint64Data } = tensor;
  switch (type) {
    case DataType.FLOAT:
      return Float32Array.from(floatData ?? []);
    case DataType.DOUBLE:
      return Float32Array.from(doubleData ?? []);
    case DataType.FLOAT16:
      return halvesToFloats(Uint16Array.from(int32Data ?? []));
    case DataType.BFLOAT16:
      return brainFloatsToFloats(Uint16Array.from(int32Data ?? []));
    case DataType.INT64:
      return Float64Array.from(int64Data ?? [], Number);
    case DataType.UINT64:
    case DataType.UINT32:
      return Float64Array.from(uint64Data ?? [], Number);
    case uint4:
    case int4:
      return numbersFrom(Uint8Array.from(int32Data ?? []), type, count);
    default:
      return Float64Array.from(int32Data ?? []);
  }
}

const mostWhole = 2n ** 63n - 1n;

/** Whole numbers of 64 bits, of which the largest, "to the end", has no double of its own. */
const wideNumbers = (values: ArrayLike<number>) =>
  BigInt64Array.from(values as number[], (value) => {
    const whole = BigInt(value);
    return whole > mostWhole ? mostWhole : whole;
  });

const wholeNumbers = new Map<number, (values: ArrayLike<number>) => ArrayBufferView>([
  [DataType.INT64, wideNumbers],
  [DataType.UINT64, (values) => BigUint64Array.from(values as number[], BigInt)],
  [DataType.INT32, (values) => Int32Array.from(values)],
  [DataType.UINT32, (values) => Uint32Array.from(values)],
  [DataType.INT16, (values) => Int16Array.from(values)],
  [DataType.UINT16, (values) => Uint16Array.from(values)],
  [DataType.INT8, (values) => Int8Array.from(values)],
  [DataType.UINT8, (values) => Uint8Array.from(values)],
  [DataType.BOOL, (values) => Uint8Array.from(values)],
]);

/** Numbers as a file holds them, little-endian. */
export function rawBytes(values: Float32Array | Float64Array, type: number): Uint8Array {
  if (fewerBits.includes(type)) {
    const packed = new Uint8Array(Math.ceil(values.length / 2));
    for (const [at, value] of values.entries()) packed[at >> 1]! |= (value & 15) << (4 * (at & 1));
    return packed;
  }
  const whole = wholeNumbers.get(type);
  if (!whole) return floatBytes(Float32Array.from(values), type);
  const { buffer, byteOffset, byteLength } = whole(values);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Floats as a file holds them in one of the float types, little-endian. */
export function floatBytes(values: Float32Array, type: number): Uint8Array {
  const stored =
    type === DataType.DOUBLE
      ? Float64Array.from(values)
      : type === DataType.FLOAT16
        ? floatsToHalves(values)
        : type === DataType.BFLOAT16
          ? floatsToBrainFloats(values)
          : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
