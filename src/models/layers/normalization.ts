import type { Tensor } from '@tensorflow/tfjs-core';
import type { WeightRegistry } from '../weights.ts';
import { batchNorm } from './batch-norm.ts';
import { imageLayerNorm, layerNorm } from './layer-norm.ts';

export type Normalization = 'none' | 'batch' | 'layer';

/**
 * The normalisation an experiment names, for vectors (batch, size) or feature maps (batch, height, width, size).
 */
export function normalization(
  kind: Normalization,
  weights: WeightRegistry,
  name: string,
  size: number,
  of: 'vectors' | 'maps',
): (x: Tensor, training: boolean) => Tensor {
  if (kind === 'batch') return batchNorm(weights, name, size);
  if (kind === 'layer') return (of === 'maps' ? imageLayerNorm : layerNorm)(weights, name, size);
  return (x) => x;
}
