import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { add, div, mul, scalar, sub, unary } from '../graph/record.ts';

export const normalizationKernels: KernelTable = {
  FusedBatchNorm: kernel<tf.FusedBatchNormInputs, tf.FusedBatchNormAttrs>(
    ({ x, mean, variance, scale, offset }, { varianceEpsilon }) => {
      const deviation = unary('Sqrt', add(variance, scalar(varianceEpsilon ?? 0.001)));
      const factor = scale ? div(scale, deviation) : unary('Reciprocal', deviation);
      const scaled = mul(sub(x, mean), factor);
      return offset ? add(scaled, offset) : scaled;
    },
  ),
};
