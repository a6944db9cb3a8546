import type { KernelTable } from '../kernel.ts';
import { binaryKernels } from './elementwise-binary.ts';
import { unaryKernels } from './elementwise-unary.ts';

/** Every kernel of the ONNX backend by its TensorFlow.js name. */
export const allKernels: KernelTable = {
  ...unaryKernels,
  ...binaryKernels,
};
