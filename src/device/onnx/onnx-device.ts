import type { CompiledStep, Device, DeviceKind, Tensors } from '../device.ts';
import { tf } from '../tensorflow.ts';
import type { OnnxBackend, OnnxBackendOptions } from './backend.ts';
import { detectChannelBlocks } from './channel-blocks.ts';
import { registerOnnxBackend, unregisterOnnxBackend } from './register.ts';
import { OnnxCompiledStep } from './steps/compiled-step.ts';
import { VariableBuffers } from './variables.ts';

let opened = 0;

/** A device computed by ONNX Runtime. */
export class OnnxDevice implements Device {
  readonly kind: DeviceKind;
  readonly name: string;
  readonly backend: string;
  readonly onnx: OnnxBackend;
  readonly #buffers: VariableBuffers;
  readonly #steps = new Set<CompiledStep>();

  /** Registers a TensorFlow.js backend of its own and makes it the current one. */
  static async open(kind: DeviceKind, name: string, options: OnnxBackendOptions): Promise<OnnxDevice> {
    if (options.target === 'cpu') await detectChannelBlocks();
    const backend = `onnx-${kind}-${++opened}`;
    const device = new OnnxDevice(kind, name, backend, registerOnnxBackend(backend, options));
    await tf.setBackend(backend);
    return device;
  }

  private constructor(kind: DeviceKind, name: string, backend: string, onnx: OnnxBackend) {
    this.kind = kind;
    this.name = name;
    this.backend = backend;
    this.onnx = onnx;
    this.#buffers = new VariableBuffers();
  }

  compile<Output extends string>(
    step: (inputs: Tensors) => Record<Output, tf.Tensor>,
  ): OnnxCompiledStep<Output> {
    const compiled = new OnnxCompiledStep(this.onnx, this.#buffers, step);
    this.#steps.add(compiled);
    return compiled;
  }

  async dispose(): Promise<void> {
    for (const step of this.#steps) step.dispose();
    this.#steps.clear();
    await this.onnx.exclusive(async () => undefined);
    unregisterOnnxBackend(this.backend);
    await this.onnx.exclusive(async () => undefined);
  }
}
