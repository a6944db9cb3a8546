import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { biasAndActivation } from './fused.ts';
import { matMul } from './matmul.ts';

export const fusedMatMulKernels: KernelTable = {
  _FusedMatMul: kernel<tf._FusedMatMulInputs, tf._FusedMatMulAttrs>((inputs, attributes, target) => {
    const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
    const product = matMul(inputs.a, inputs.b, transposeA, transposeB, target);
    return biasAndActivation(product, inputs, { activation, leakyreluAlpha });
  }),
};
