import { usableCores } from '../cores.ts';
import type { Device } from '../device.ts';
import type { DeviceReport } from '../list-devices.ts';
import { denormalsAsZero } from '../onnx/denormals.ts';
import { OnnxDevice } from '../onnx/onnx-device.ts';

const describe = (threads: number) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Most of a core's second-level cache on common machines. */
const ownCacheBytes = 3 * 2 ** 19;

/**
 * A thread's part where there are several: ONNX Runtime shares out an operator only from tens of thousands of elements
 * for each, so that smaller blocks would leave all threads but one idle.
 */
const sharedCacheBytes = 2 ** 22;

export async function openCpu(threads = usableCores()): Promise<Device> {
  return OnnxDevice.open('cpu', `CPU · ${describe(threads)}`, {
    target: 'cpu',
    blocking: { cacheBytes: threads * (threads === 1 ? ownCacheBytes : sharedCacheBytes) },
    session: {
      provider: 'cpu',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      enableCpuMemArena: true,
      // The pattern is learnt in a first run and laid out in a second one, beside what the first has taken: a quarter more
      // memory for each shape of batch, and a second slow step, for steps that are no quicker.
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...denormalsAsZero,
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
