import { availableParallelism } from 'node:os';
import type { DeviceChoice } from '../experiment/schema.ts';
import type { Device } from './device.ts';
import { OnnxDevice } from './onnx/onnx-device.ts';

export interface DeviceOptions {
  /** Threads within one operator; default: as many as the machine can run at once. */
  readonly threads?: number;
}

/** Opens a device and makes its TensorFlow.js backend the current one. */
export async function openDevice(_choice: DeviceChoice, options: DeviceOptions = {}): Promise<Device> {
  const threads = options.threads ?? availableParallelism();
  return OnnxDevice.open('cpu', `CPU · ${threads} ${threads === 1 ? 'thread' : 'threads'}`, {
    target: 'cpu',
    session: {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      enableMemPattern: true,
    },
  });
}
