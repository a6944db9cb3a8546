import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/**
 * Natural logarithms of softmax probabilities over the last axis of (rows, classes). For use inside a custom gradient:
 * the fused kernel, taken where the backend has one, has no gradient of its own.
 */
export function logSoftmax(logits: Tensor2D): Tensor2D {
  if (tf.getKernel('LogSoftmax', tf.getBackend()))
    return tf.engine().runKernel('LogSoftmax', { logits }, { axis: 1 });
  return tf.logSoftmax(logits);
}
