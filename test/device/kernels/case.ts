import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';

/** Numbers of one operand, the same on every backend. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly data: readonly number[];
}

/** One computation to be compared between two backends. */
export interface KernelCase {
  readonly name: string;
  readonly operands: readonly Operand[];
  readonly compute: (...operands: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** Compare gradients with respect to the float operands as well. Default: where there is a float operand. */
  readonly gradients: boolean;
  /** Operands hold NaN or infinities, on which shader languages promise nothing. */
  readonly special: boolean;
  /** Shader languages promise few digits of some functions. */
  readonly coarseOnShaders: boolean;
  readonly relative: number;
  readonly absolute: number;
}

export interface Family {
  readonly name: string;
  readonly cases: readonly KernelCase[];
}

type Options = Partial<
  Pick<KernelCase, 'gradients' | 'special' | 'coarseOnShaders' | 'relative' | 'absolute'>
>;

/** A case; tolerances are for sums of some dozens of single-precision products. */
export function check(
  name: string,
  operands: readonly Operand[],
  compute: KernelCase['compute'],
  options: Options = {},
): KernelCase {
  return {
    name,
    operands,
    compute,
    gradients: operands.some((operand) => operand.dtype === 'float32'),
    special: operands.some((operand) => operand.data.some((number) => !Number.isFinite(number))),
    coarseOnShaders: false,
    relative: 1e-5,
    absolute: 2e-6,
    ...options,
  };
}

let drawn = 0;

const sizeOf = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

/** Uniform random numbers; every operand draws its own. */
export function floats(shape: readonly number[], low = -2, high = 2): Operand {
  const generator = RandomGenerator.forUse(drawn++, 'kernel suite');
  const data = Array.from({ length: sizeOf(shape) }, () =>
    Math.fround(low + (high - low) * generator.uniform()),
  );
  return { shape, dtype: 'float32', data };
}

/** Random integers from `low` to `high`, both included. */
export function integers(shape: readonly number[], low = -5, high = 5): Operand {
  const generator = RandomGenerator.forUse(drawn++, 'kernel suite');
  const data = Array.from({ length: sizeOf(shape) }, () => low + generator.below(high - low + 1));
  return { shape, dtype: 'int32', data };
}

export function booleans(shape: readonly number[]): Operand {
  return { ...integers(shape, 0, 1), dtype: 'bool' };
}

/** Whole numbers as floats, so that equal ones are common. */
export function levels(shape: readonly number[], low = 0, high = 3): Operand {
  return { ...integers(shape, low, high), dtype: 'float32' };
}

export function given(
  data: readonly number[],
  shape: readonly number[] = [data.length],
  dtype: Operand['dtype'] = 'float32',
): Operand {
  return { shape, dtype, data };
}

export function tensorOf({ data, shape, dtype }: Operand): tf.Tensor {
  const values =
    dtype === 'float32'
      ? Float32Array.from(data)
      : dtype === 'int32'
        ? Int32Array.from(data)
        : Uint8Array.from(data);
  return tf.tensor(values, [...shape], dtype);
}
