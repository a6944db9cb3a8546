import type { Family } from './case.ts';
import { convolution, depthwiseConvolution } from './families/convolution.ts';
import { elementwiseBinary } from './families/elementwise-binary.ts';
import { elementwiseUnary } from './families/elementwise-unary.ts';
import { gathering } from './families/gathering.ts';
import { normalization } from './families/normalization.ts';
import { ordering } from './families/ordering.ts';
import { pooling } from './families/pooling.ts';
import { products } from './families/products.ts';
import { reductions } from './families/reductions.ts';
import { resizing } from './families/resizing.ts';
import { shaping } from './families/shaping.ts';
import { slicing } from './families/slicing.ts';
import { softmaxes } from './families/softmaxes.ts';
import { transformers } from './families/transformers.ts';

export const families: readonly Family[] = [
  elementwiseUnary,
  elementwiseBinary,
  products,
  reductions,
  softmaxes,
  shaping,
  slicing,
  gathering,
  ordering,
  convolution,
  depthwiseConvolution,
  pooling,
  normalization,
  resizing,
  transformers,
];
