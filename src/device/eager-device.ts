import type { CompiledStep, Device, DeviceKind, HostTensor, Tensors } from './device.ts';
import { tf } from './tensorflow.ts';

type Step<Output extends string> = (inputs: Tensors) => Record<Output, tf.Tensor>;

/** A device over a TensorFlow.js backend that computes at once: compiled steps simply run each time. */
export async function eagerDevice(kind: DeviceKind, name: string, backend: string): Promise<Device> {
  if (!(await tf.setBackend(backend)))
    throw new Error(`The TensorFlow.js backend '${backend}' could not be started.`);
  return {
    kind,
    name,
    backend,
    compile: (step) => eagerStep(step),
    dispose: async () => {
      if (tf.findBackend(backend)) tf.removeBackend(backend);
    },
  };
}

function eagerStep<Output extends string>(step: Step<Output>): CompiledStep<Output> {
  let disposed = false;
  return {
    async run(inputs) {
      if (disposed) throw new Error('This compiled step has been disposed.');
      const outputs = tf.tidy(() => step(tensorsOf(inputs)));
      try {
        const read = await Promise.all(
          Object.entries<tf.Tensor>(outputs).map(
            async ([name, tensor]) => [name, await tensor.data()] as const,
          ),
        );
        return Object.fromEntries(read) as Record<Output, Float32Array>;
      } finally {
        for (const tensor of Object.values<tf.Tensor>(outputs))
          if (!(tensor instanceof tf.Variable)) tensor.dispose();
      }
    },
    dispose() {
      disposed = true;
    },
  };
}

function tensorsOf(inputs: Readonly<Record<string, HostTensor>>): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape, dtype }]) => [
      name,
      tf.tensor(data, [...shape], dtype),
    ]),
  );
}
