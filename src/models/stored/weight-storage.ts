import { z } from 'zod';
import { parseRaw, type RawConfig } from '../huggingface/description.ts';
import type { EncodedWeight } from './encoded-weight.ts';
import { quantizedFile, quantizedWeights, storedQuantizationSchema } from './quantized-weights.ts';
import { sparseFile, sparseWeights, storedSparsitySchema } from './sparse-weights.ts';

/** A way to store weights in fewer bytes than their floats take; loaded, they are floats again. */
export interface WeightStorage {
  readonly kind: 'quantized' | 'sparse';
  /** Of a quantized model. */
  readonly scheme?: string;
  /** In the folder of the checkpoint. */
  readonly file: string;
  readonly weights: readonly EncodedWeight[];
}

/** Files that hold weights which config.json must explain. */
export const compactFiles: readonly string[] = [quantizedFile, sparseFile];

const says = (value: unknown, key: string) => typeof value === 'object' && value !== null && key in value;

/**
 * What config.json says of how the weights are stored; undefined where they are floats, or it is said as others say it.
 * @throws UserError if it says what cannot be
 */
export function readWeightStorage(raw: RawConfig, file: string): WeightStorage | undefined {
  if (says(raw.quantization, 'scheme')) {
    const { quantization } = parseRaw(z.object({ quantization: storedQuantizationSchema }), raw, file);
    const { scheme } = quantization;
    return { kind: 'quantized', scheme, file: quantizedFile, weights: quantizedWeights(quantization) };
  }
  if (says(raw.sparsity, 'layout')) {
    const { sparsity } = parseRaw(z.object({ sparsity: storedSparsitySchema }), raw, file);
    return { kind: 'sparse', file: sparseFile, weights: sparseWeights(sparsity) };
  }
  return undefined;
}

/** The configuration of the same model with its weights as floats. */
export function withoutWeightStorage({ quantization, sparsity, ...rest }: RawConfig): RawConfig {
  return rest;
}
