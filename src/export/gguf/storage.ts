import type { GgufPlace } from '../../models/gguf/form.ts';
import type { Precision } from '../forms.ts';
import { blockSize, isBlocked, type TensorType } from './blocks.ts';

interface Storage {
  /** Of matrices. */
  readonly type: TensorType;
  /** Of the one that predicts tokens. */
  readonly predictor: TensorType;
  /** LLAMA_FTYPE: what most of a file is stored in. */
  readonly fileType: number;
}

/** What the precisions of an export are in llama.cpp's files. */
export const storages: Readonly<Record<Precision, Storage>> = {
  fp32: { type: 'F32', predictor: 'F32', fileType: 0 },
  fp16: { type: 'F16', predictor: 'F16', fileType: 1 },
  int8: { type: 'Q8_0', predictor: 'Q8_0', fileType: 7 },
  // llama.cpp's own files keep more bits there as well.
  int4: { type: 'Q4_0', predictor: 'Q8_0', fileType: 2 },
};

/**
 * How a weight is stored: vectors in float32, as llama.cpp adds and multiplies with them, and what does not fill whole
 * blocks in float16.
 * @param shape as it lies in the file
 */
export function typeFor(precision: Precision, shape: readonly number[], place: GgufPlace): TensorType {
  if (shape.length === 1 || place.exact) return 'F32';
  const { type, predictor } = storages[precision];
  const wanted = place.predicts ? predictor : type;
  return isBlocked(wanted) && shape.at(-1)! % blockSize !== 0 ? 'F16' : wanted;
}
