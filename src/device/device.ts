import type { Tensor } from '@tensorflow/tfjs-core';

export type DeviceKind = 'cpu' | 'webgpu' | 'cuda';

/** A value that lives in JavaScript memory: what a batch is made of before it reaches the device. */
export interface HostTensor {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  /** 'bool' is carried as Uint8Array of 0 and 1. */
  readonly dtype: 'float32' | 'int32' | 'bool';
}

export type Tensors = Record<string, Tensor>;

/**
 * A function over tensors that is recorded once per combination of input shapes and then replayed without
 * running its JavaScript again. Values of tf.Variables it reads are taken anew at each call; variables it assigns are
 * updated; everything else it computes is returned or dropped. Control flow must therefore depend on shapes only,
 * and anything that changes from call to call must be an input or come from {@link hostInput}.
 */
export interface CompiledStep<O extends string = string> {
  /**
   * @returns the outputs, read back to JavaScript memory. Scalars are arrays of one.
   * @throws if an input lacks, or has another dtype than in the first call.
   */
  run(
    inputs: Readonly<Record<string, HostTensor>>,
  ): Promise<Record<O, Float32Array | Int32Array | Uint8Array>>;
  dispose(): void;
}

/** Where tensors are computed. All tensor code is written against @tensorflow/tfjs-core; this is what comes beside it. */
export interface Device {
  readonly kind: DeviceKind;
  /** As shown to people: 'CPU · 2 threads', 'NVIDIA H100 (WebGPU)'. */
  readonly name: string;
  /** The TensorFlow.js backend registered for it. */
  readonly backend: string;
  /** Whether its steps compute with weights as they were at first, and assign no variables. Left out: they do both. */
  readonly frozen?: boolean;
  /**
   * Records `step` at its first call per input shapes and replays it afterwards. On backends that cannot record, the
   * function simply runs each time. `step` runs inside tf.tidy.
   */
  compile<O extends string>(step: (inputs: Tensors) => Record<O, Tensor>): CompiledStep<O>;
  /** Releases sessions, threads and device memory. */
  dispose(): Promise<void>;
}
