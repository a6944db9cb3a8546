/** Element types of tensors by ONNX's names, as far as JavaScript has an array for them. */
const table = {
  float32: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int8: { code: 3, array: Int8Array },
  uint16: { code: 4, array: Uint16Array },
  int16: { code: 5, array: Int16Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  bool: { code: 9, array: Uint8Array },
  /** As bits. */
  float16: { code: 10, array: Uint16Array },
  float64: { code: 11, array: Float64Array },
  uint32: { code: 12, array: Uint32Array },
  uint64: { code: 13, array: BigUint64Array },
} as const;

export type ElementType = keyof typeof table;

export type ElementArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array;

/** The number of `ONNXTensorElementDataType` that stands for a type. */
export const codeOf = (type: ElementType): number => table[type].code;

/** @returns undefined for types that JavaScript has no array for, such as text and bfloat16. */
export const elementTypeOf = (code: number): ElementType | undefined =>
  (Object.keys(table) as ElementType[]).find((type) => table[type].code === code);

/** Zeros. */
export const newElements = (type: ElementType, size: number): ElementArray => new table[type].array(size);

/** The whole of a buffer as elements of a type. */
export const elementsOver = (type: ElementType, buffer: ArrayBuffer): ElementArray =>
  new table[type].array(buffer);
