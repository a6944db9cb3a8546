import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { ElementKind } from '../graph.ts';

/** Numbers that are known before a step runs: constants, and what follows from shapes. */
export class HostValue {
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  /** Row-major; booleans are 0 and 1. */
  readonly data: ArrayLike<number>;

  constructor(kind: ElementKind, shape: readonly number[], data: ArrayLike<number>) {
    this.kind = kind;
    this.shape = shape;
    this.data = data;
  }

  static integers(values: readonly number[]): HostValue {
    return new HostValue('integer', [values.length], values);
  }

  static scalar(kind: ElementKind, value: number): HostValue {
    return new HostValue(kind, [], [value]);
  }
}

/** What goes between operators while a graph is put together. */
export type Value = HostValue | Tensor;

export const isHost = (value: Value): value is HostValue => value instanceof HostValue;

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, axis) => product * axis, 1);

/** How far each axis lies apart in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** The shape that operands of these shapes are repeated to, as NumPy does. */
export function commonShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    let found = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === found) continue;
      if (found !== 1) throw new RangeError(`[${shapes.join('] and [')}] are no shapes that go together`);
      found = own;
    }
    return found;
  });
}

/**
 * The elements of an array as they lie in another shape that it is repeated to.
 * @returns for each element of `to` the place of the one it is
 */
export function placesIn(shape: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  const steps = to.map((_, axis) => {
    const own = axis - to.length + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
  const places = new Int32Array(sizeOf(to));
  const at = to.map(() => 0);
  let place = 0;
  for (let index = 0; index < places.length; index++) {
    places[index] = place;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++at[axis]! < to[axis]!) break;
      place -= steps[axis]! * to[axis]!;
      at[axis] = 0;
    }
  }
  return places;
}

const types = { float: 'float32', integer: 'int32', boolean: 'bool' } as const;

/** A value as a tensor; inside tf.tidy. */
export function tensorOf(value: Value): Tensor {
  if (!isHost(value)) return value;
  const { kind, shape, data } = value;
  if (kind === 'float') return tf.tensor(Float32Array.from(data), [...shape], 'float32');
  if (kind === 'boolean') return tf.tensor(Uint8Array.from(data), [...shape], 'bool');
  return tf.tensor(Int32Array.from(data, clamped), [...shape], 'int32');
}

/** 64-bit integers are used as "no end" far beyond 32 bits. */
const clamped = (value: number) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));

export function kindOfTensor(tensor: Tensor): ElementKind {
  if (tensor.dtype === 'float32') return 'float';
  return tensor.dtype === 'bool' ? 'boolean' : 'integer';
}

export const kindOfValue = (value: Value): ElementKind => (isHost(value) ? value.kind : kindOfTensor(value));

export const typeOf = (kind: ElementKind) => types[kind];
