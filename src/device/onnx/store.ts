import { OrtTensor } from '../runtime/tensor.ts';
import type { tf } from '../tensorflow.ts';
import { type HostArray, Value, type ValueType } from './graph/value.ts';

type DataId = tf.DataId;

interface Entry {
  value: Value;
  references: number;
}

/** The values behind tensors, counted as TensorFlow.js counts references to them. */
export class Store {
  readonly #entries = new Map<DataId, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  has(id: DataId): boolean {
    return this.#entries.has(id);
  }

  add(value: Value): DataId {
    const id = {};
    this.#entries.set(id, { value, references: 1 });
    return id;
  }

  set(id: DataId, value: Value, references: number): void {
    this.#entries.set(id, { value, references });
  }

  get(id: DataId): Value | undefined {
    return this.#entries.get(id)?.value;
  }

  replace(id: DataId, value: Value): void {
    this.#entries.get(id)!.value = value;
  }

  references(id: DataId): number {
    return this.#entries.get(id)?.references ?? 0;
  }

  retain(id: DataId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.references++;
  }

  /** @returns whether the value is gone. */
  release(id: DataId, force: boolean): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return true;
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.#entries.delete(id);
    return true;
  }

  /** Values that are recorded and neither computed nor found impossible to compute. */
  pending(): Value[] {
    const values = new Set<Value>();
    for (const { value } of this.#entries.values())
      if (value.node && value.failure === undefined) values.add(value);
    return [...values];
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** A value that lies in JavaScript memory. */
export function storedValue(data: HostArray, shape: readonly number[], type: ValueType): Value {
  const value = new Value(shape, type);
  value.stored = ortTensor(data, shape, type);
  return value;
}

export function ortTensor(data: HostArray, shape: readonly number[], type: ValueType): OrtTensor {
  return new OrtTensor(type, data, shape);
}

/** Typed array for a tfjs type, copied, so that later changes by the caller do not reach a recorded graph. */
export function copiedArray(values: ArrayLike<number>, type: tf.DataType): HostArray {
  if (type === 'float32') return new Float32Array(values);
  if (type === 'int32') return new Int32Array(values);
  if (type === 'bool') return Uint8Array.from(values as ArrayLike<number>, (number) => (number ? 1 : 0));
  throw new Error(`Tensors of type ${type} are not supported; use float32, int32 or bool.`);
}
