import type { Model } from './model.ts';

/** The part of a weight that is kept along one axis of its shape in memory: these indices, in order. */
export interface Cut {
  readonly axis: number;
  readonly keep: readonly number[];
}

/** What a smaller model keeps of a larger one's weights; weights that are not named are kept whole. */
export class Cuts {
  readonly #cuts = new Map<string, Cut[]>();

  /** Cuts every weight of the name that there is: a layer may have no bias, or no normalisation. */
  along(axis: number, keep: readonly number[], ...names: readonly string[]): void {
    for (const name of names) this.#cuts.set(name, [...(this.#cuts.get(name) ?? []), { axis, keep }]);
  }

  of(name: string): readonly Cut[] {
    return this.#cuts.get(name) ?? [];
  }
}

/** The names of everything a normalisation may have. */
export const normalizationWeights = (name: string): string[] =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${name}.${part}`);

/** Weights of a model as they lie in memory. */
export class ReadWeights {
  readonly #weights = new Map<string, { readonly data: Float32Array; readonly shape: readonly number[] }>();

  static async of({ parameters, buffers }: Model): Promise<ReadWeights> {
    const read = new ReadWeights();
    for (const [name, variable] of [...parameters, ...buffers])
      read.#weights.set(name, { data: (await variable.data()) as Float32Array, shape: variable.shape });
    return read;
  }

  shape(name: string): readonly number[] {
    return this.#weights.get(name)!.shape;
  }

  /** The weight without what the cuts leave out. */
  cut(name: string, cuts: readonly Cut[]): Float32Array {
    let { data, shape } = this.#weights.get(name)!;
    for (const { axis, keep } of cuts) {
      data = take(data, shape, axis, keep);
      shape = shape.map((length, index) => (index === axis ? keep.length : length));
    }
    return data;
  }

  /** Norm of each slice along an axis, over all weights named; a weight's absent bias counts as nothing. */
  norms(norm: 'l1' | 'l2', parts: readonly (readonly [name: string, axis: number])[]): Float64Array {
    const [first, firstAxis] = parts[0]!;
    const sums = new Float64Array(this.shape(first)[firstAxis]!);
    for (const [name, axis] of parts) {
      const weight = this.#weights.get(name);
      if (!weight) continue;
      const { data, shape } = weight;
      const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
      for (let at = 0; at < data.length; at++) {
        const value = Math.abs(data[at]!);
        sums[Math.floor(at / inner) % shape[axis]!]! += norm === 'l1' ? value : value * value;
      }
    }
    return norm === 'l1' ? sums : sums.map(Math.sqrt);
  }
}

/** A tensor with some places of an axis only, in this order. */
export function take(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  keep: readonly number[],
): Float32Array {
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const outer = shape.slice(0, axis).reduce((product, length) => product * length, 1);
  const result = new Float32Array(outer * keep.length * inner);
  let to = 0;
  for (let block = 0; block < outer; block++)
    for (const index of keep) {
      const from = (block * shape[axis]! + index) * inner;
      result.set(data.subarray(from, from + inner), to);
      to += inner;
    }
  return result;
}

/** How many of so many units are left; at least one. */
export const countKept = (units: number, sparsity: number): number =>
  Math.max(1, Math.round(units * (1 - sparsity)));

/** The most important units, in their order. Of equal ones the first are kept. */
export function strongest(importance: Float64Array, count: number): number[] {
  return [...importance.keys()]
    .sort((one, other) => importance[other]! - importance[one]! || one - other)
    .slice(0, count)
    .sort((one, other) => one - other);
}

/** Indices of the elements of blocks: block k holds k·size … (k + 1)·size − 1. */
export const ofBlocks = (blocks: readonly number[], size: number): number[] =>
  blocks.flatMap((block) => Array.from({ length: size }, (_, at) => block * size + at));
