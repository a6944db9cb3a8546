import '@tensorflow/tfjs-backend-cpu';
import { tf } from '../../../src/device/tensorflow.ts';
import type { KernelCase } from './case.ts';
import { differences } from './compare.ts';

/** The pure JavaScript backend. */
const oracle = 'cpu';

/** Compares the kernels of one backend with those of the pure JavaScript one, and notes which have been compared. */
export class KernelSuite {
  readonly #backend: string;
  readonly #used = new Set<string>();

  constructor(backend: string) {
    this.#backend = backend;
    for (const config of tf.getKernelsForBackend(backend)) {
      tf.unregisterKernel(config.kernelName, backend);
      tf.registerKernel({
        ...config,
        kernelFunc: (call) => {
          this.#used.add(config.kernelName);
          return config.kernelFunc(call);
        },
      });
    }
  }

  /** @returns what is wrong with a case, or undefined. */
  async fault(kernelCase: KernelCase): Promise<string | undefined> {
    try {
      const found = await differences(kernelCase, this.#backend, oracle);
      return found.length === 0 ? undefined : `${kernelCase.name}: ${found.join('; ')}`;
    } catch (error) {
      return `${kernelCase.name}: ${error instanceof Error ? error.message : error}`;
    }
  }

  /** Kernels of the backend that no case so far has run. */
  unused(): string[] {
    return tf
      .getKernelsForBackend(this.#backend)
      .map(({ kernelName }) => kernelName)
      .filter((name) => !this.#used.has(name));
  }
}
