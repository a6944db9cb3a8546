import type { DeviceKind } from './device.ts';
import { reportCpu } from './providers/cpu.ts';
import { examineCuda, reportCuda } from './providers/cuda.ts';
import { examineWebGpu, reportWebGpu } from './providers/webgpu.ts';

/** What is here of one kind of device, for people. */
export interface DeviceReport {
  readonly kind: DeviceKind;
  readonly available: boolean;
  readonly name: string;
  /** What it runs on, or why it is not there. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Tries every kind of device; the first available one that is no software adapter is what `auto` takes. */
export async function listDevices(): Promise<DeviceReport[]> {
  const [cuda, webGpu] = await Promise.all([examineCuda(), examineWebGpu()]);
  return [reportCuda(cuda), reportWebGpu(webGpu), reportCpu()];
}
