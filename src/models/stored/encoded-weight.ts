import type { StoredData } from '../checkpoint/safetensors.ts';
import type { ElementType } from '../checkpoint/safetensors-header.ts';

/** A weight that a file holds as something else than its floats, in one tensor or in several. */
export interface EncodedWeight {
  readonly name: string;
  /** Of the floats, as checkpoints have them. */
  readonly shape: readonly number[];
  readonly parts: readonly EncodedPart[];
  /**
   * @param parts the values of the parts, in their order
   * @throws RangeError if they contradict each other
   */
  decode(parts: readonly StoredData[]): Float32Array;
}

export interface EncodedPart {
  /** Of the tensor in the file. */
  readonly name: string;
  readonly dtype: ElementType;
  /** Left out where only the values tell. */
  readonly shape?: readonly number[];
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);
