import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../src/device/tensorflow.ts';
import type { ModelInput } from '../../src/models/model.ts';

export interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}

/** What transformers computed, written by test/reference/make-checkpoints.py. */
export interface Reference {
  readonly ids: number[][];
  readonly mask: number[][];
  readonly logits: Numbers;
  readonly hiddenStates: Numbers[];
  readonly gradients: Record<string, { norm: number; sum: number; first: number[] }>;
}

export const checkpointFolder = (name: string) => join(import.meta.dirname, '../fixtures/checkpoints', name);

export function readReference(name: string): Reference {
  return JSON.parse(readFileSync(join(checkpointFolder(name), 'reference.json'), 'utf8'));
}

export function referenceInput({ ids, mask }: Reference): Required<Pick<ModelInput, 'ids' | 'mask'>> {
  return { ids: tf.tensor2d(ids, undefined, 'int32'), mask: tf.tensor2d(mask, undefined, 'float32') };
}

/** Values at positions that are not padding; those at padding mean nothing. */
export function atTokens(values: ArrayLike<number>, shape: readonly number[], mask: number[][]): number[] {
  const size = shape[2]!;
  return mask
    .flat()
    .flatMap((real, position) =>
      real ? Array.from({ length: size }, (_, at) => values[position * size + at]!) : [],
    );
}

export const valuesOf = (tensor: Tensor): number[] => [...tensor.dataSync()];
