import type { KernelTable } from '../graph/kernel.ts';
import { convolutionKernels } from './convolution/convolution.ts';
import { depthwiseConvolutionKernels } from './convolution/depthwise-convolution.ts';
import { binaryKernels } from './elementwise-binary.ts';
import { unaryKernels } from './elementwise-unary.ts';
import { fusedMatMulKernels } from './fused-matmul.ts';
import { gatherScatterKernels } from './gather-scatter.ts';
import { matMulKernels } from './matmul.ts';
import { normalizationKernels } from './normalization.ts';
import { orderingKernels } from './ordering.ts';
import { poolingKernels } from './pooling.ts';
import { reductionKernels } from './reduction.ts';
import { resizingKernels } from './resizing.ts';
import { shapingKernels } from './shaping.ts';
import { slicingKernels } from './slicing.ts';
import { spaceBatchKernels } from './space-batch.ts';
import { transformerKernels } from './transformer.ts';

/** Every kernel of the ONNX backend by its TensorFlow.js name. */
export const allKernels: KernelTable = {
  ...unaryKernels,
  ...binaryKernels,
  ...matMulKernels,
  ...fusedMatMulKernels,
  ...reductionKernels,
  ...shapingKernels,
  ...slicingKernels,
  ...gatherScatterKernels,
  ...orderingKernels,
  ...convolutionKernels,
  ...depthwiseConvolutionKernels,
  ...poolingKernels,
  ...normalizationKernels,
  ...resizingKernels,
  ...spaceBatchKernels,
  ...transformerKernels,
};
