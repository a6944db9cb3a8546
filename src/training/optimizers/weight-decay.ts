import type { Variable } from '@tensorflow/tfjs-core';

/** Biases and the gains of normalisation are vectors; weight decay is for matrices and kernels only. */
export const decays = (parameter: Variable): boolean => parameter.rank > 1;
