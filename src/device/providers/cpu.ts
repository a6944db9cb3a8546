import { usableCores } from '../cores.ts';
import type { Device } from '../device.ts';
import type { DeviceReport } from '../list-devices.ts';
import { OnnxDevice } from '../onnx/onnx-device.ts';

const describe = (threads: number) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;

export async function openCpu(threads = usableCores()): Promise<Device> {
  return OnnxDevice.open('cpu', `CPU · ${describe(threads)}`, {
    target: 'cpu',
    // Most of a core's second-level cache on common machines, for each of them.
    blocking: { cacheBytes: 3 * 2 ** 18 * threads },
    session: {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      enableMemPattern: true,
      logSeverityLevel: 3,
    },
  });
}

export function reportCpu(): DeviceReport {
  return {
    kind: 'cpu',
    available: true,
    name: `CPU · ${describe(usableCores())}`,
    detail: 'ONNX Runtime on the processor; always works',
  };
}
