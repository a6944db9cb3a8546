import { tf } from '../tensorflow.ts';

/** Whether the current backend has a kernel of our own beside those of TensorFlow.js. */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}
