import type { DeviceChoice } from '../experiment/schema/schema.ts';
import type { Device } from './device.ts';
import { openCpu } from './providers/cpu.ts';
import { cudaUsable, examineCuda, openCuda } from './providers/cuda.ts';
import { examineWebGpu, openWebGpu } from './providers/webgpu.ts';

export interface DeviceOptions {
  /** Threads within one operator; default: as many as there are cores to use. */
  readonly threads?: number;
}

/**
 * Opens a device and makes its TensorFlow.js backend the current one. `auto` takes CUDA if it sees a GPU, else WebGPU
 * on a hardware adapter, else the processor.
 * @throws UserError if the device that was named cannot be used; it says why and what to do.
 */
export async function openDevice(choice: DeviceChoice, { threads }: DeviceOptions = {}): Promise<Device> {
  if (choice === 'cpu') return openCpu(threads);
  if (choice === 'webgpu') return openWebGpu(undefined, threads);
  if (choice === 'cuda') return openCuda(undefined, threads);
  const cuda = await examineCuda();
  if (cudaUsable(cuda)) return openCuda(cuda, threads);
  const webGpu = await examineWebGpu();
  return webGpu.hardware ? openWebGpu(webGpu, threads) : openCpu(threads);
}
