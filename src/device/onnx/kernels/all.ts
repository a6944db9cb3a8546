import type { KernelTable } from '../kernel.ts';
import { binaryKernels } from './elementwise-binary.ts';
import { unaryKernels } from './elementwise-unary.ts';
import { gatherScatterKernels } from './gather-scatter.ts';
import { matMulKernels } from './matmul.ts';
import { orderingKernels } from './ordering.ts';
import { reductionKernels } from './reduction.ts';
import { shapingKernels } from './shaping.ts';
import { slicingKernels } from './slicing.ts';

/** Every kernel of the ONNX backend by its TensorFlow.js name. */
export const allKernels: KernelTable = {
  ...unaryKernels,
  ...binaryKernels,
  ...matMulKernels,
  ...reductionKernels,
  ...shapingKernels,
  ...slicingKernels,
  ...gatherScatterKernels,
  ...orderingKernels,
};
