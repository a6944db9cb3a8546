import { tf } from '../tensorflow.ts';
import { OnnxBackend, type OnnxBackendOptions } from './backend.ts';
import { allKernels } from './kernels/all.ts';

/** Registers a backend of this name with all its kernels, and creates it. It is not made the current one. */
export function registerOnnxBackend(name: string, options: OnnxBackendOptions): OnnxBackend {
  const backend = new OnnxBackend(options);
  tf.registerBackend(name, () => backend, 0);
  for (const [kernelName, kernel] of Object.entries(allKernels)) {
    tf.registerKernel({
      kernelName,
      backendName: name,
      kernelFunc: ({ inputs, attrs }) =>
        backend.runKernel(kernel, inputs as Record<string, tf.TensorInfo>, attrs),
    });
  }
  return backend;
}

/** Takes a backend out of TensorFlow.js with its kernels, and releases what it holds. */
export function unregisterOnnxBackend(name: string): void {
  for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
  tf.removeBackend(name);
}
