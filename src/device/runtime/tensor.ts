import {
  codeOf,
  type ElementArray,
  type ElementType,
  elementsOver,
  elementTypeOf,
  newElements,
} from './element-types.ts';
import { bytesAt, check, library, made, type Pointer } from './library.ts';

/** Releases what a tensor had in the library that nobody holds any longer. */
const forgotten = new FinalizationRegistry<Pointer>((value) => library().functions.ReleaseValue(value));

interface OnDevice {
  readonly value: Pointer;
}

/**
 * A tensor for ONNX Runtime: over an array of JavaScript's, which sessions read and write in place, or in the memory of
 * a device, where a session has left it.
 */
export class OrtTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly #data: ElementArray | undefined;
  #value: Pointer | undefined;

  /** @param data is not copied; it has as many elements as the shape says */
  constructor(type: ElementType, data: ElementArray, dims: readonly number[]);
  constructor(type: ElementType, place: OnDevice, dims: readonly number[]);
  constructor(type: ElementType, source: ElementArray | OnDevice, dims: readonly number[]) {
    this.type = type;
    this.dims = dims;
    if ('value' in source) {
      this.#hold(source.value);
      return;
    }
    const size = dims.reduce((product, length) => product * length, 1);
    if (source.length !== size)
      throw new Error(`A tensor of shape [${dims.join(', ')}] needs ${size} elements, not ${source.length}.`);
    this.#data = source;
  }

  /** Takes over a value in a device's memory: it is released with the tensor. */
  static onDevice(value: Pointer): OrtTensor {
    const { type, dims } = describeValue(value);
    return new OrtTensor(type, { value }, dims);
  }

  get location(): 'cpu' | 'device' {
    return this.#data ? 'cpu' : 'device';
  }

  /** Its elements: the array itself, not a copy. @throws Error if it lies on a device */
  get data(): ElementArray {
    if (this.#data) return this.#data;
    throw new Error('This tensor lies in the memory of a device and must be brought over first.');
  }

  /** Its address in the library, which stays as it is until the tensor is disposed. */
  get value(): Pointer {
    return this.#value ?? this.#hold(valueOver(this.type, this.data, this.dims));
  }

  #hold(value: Pointer): Pointer {
    this.#value = value;
    forgotten.register(this, value, this);
    return value;
  }

  /** Frees the memory on a device. The array of a tensor that has one stays as it is. */
  dispose(): void {
    if (this.#value === undefined) return;
    forgotten.unregister(this);
    library().functions.ReleaseValue(this.#value);
    this.#value = undefined;
  }
}

/** A value of the library over an array's memory. */
function valueOver(type: ElementType, data: ElementArray, dims: readonly number[]): Pointer {
  const { functions, memory } = library();
  const shape = BigInt64Array.from(dims, BigInt);
  return made(
    functions,
    'CreateTensorWithDataAsOrtValue',
    ...[memory, data, data.byteLength, shape, dims.length, codeOf(type)],
  );
}

const number = new BigUint64Array(1);
const code = new Int32Array(1);

/** Type and shape that the library tells of a tensor. Axes that are open are −1. */
export function describeTensor(information: Pointer): { type: ElementType; dims: number[] } {
  const { functions } = library();
  check(functions, functions.GetTensorElementType(information, code));
  const type = elementTypeOf(code[0]!);
  if (!type) throw new Error(`Tensors of ONNX's element type ${code[0]} cannot be handed to JavaScript.`);
  check(functions, functions.GetDimensionsCount(information, number));
  const dims = new BigInt64Array(Number(number[0]));
  check(functions, functions.GetDimensions(information, dims, dims.length));
  return { type, dims: Array.from(dims, Number) };
}

/** Type and shape of a value that a session made. @throws Error if it is no tensor, or of a type without an array */
export function describeValue(value: Pointer): { type: ElementType; dims: number[] } {
  const { functions } = library();
  check(functions, functions.IsTensor(value, code));
  if (code[0] === 0) throw new Error('An output is no tensor, so it cannot be read.');
  const information = made(functions, 'GetTensorTypeAndShape', value);
  try {
    return describeTensor(information);
  } finally {
    functions.ReleaseTensorTypeAndShapeInfo(information);
  }
}

/** Copies a value that lies in the library's own memory, and releases it. */
export function copied(value: Pointer): OrtTensor {
  const { functions } = library();
  try {
    const { type, dims } = describeValue(value);
    const size = dims.reduce((product, length) => product * length, 1);
    const bytes = newElements(type, 0).BYTES_PER_ELEMENT * size;
    const data =
      bytes === 0
        ? newElements(type, 0)
        : elementsOver(type, bytesAt(made(functions, 'GetTensorMutableData', value), bytes));
    return new OrtTensor(type, data, dims);
  } finally {
    functions.ReleaseValue(value);
  }
}
