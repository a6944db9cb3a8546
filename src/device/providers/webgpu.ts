import { usableCores } from '../cores.ts';
import type { Device } from '../device.ts';
import { deviceProblem } from '../device-problem.ts';
import type { DeviceReport } from '../list-devices.ts';
import { OnnxDevice } from '../onnx/onnx-device.ts';
import { gpuNames } from './gpu-names.ts';
import { type Probe, probe } from './probe.ts';

/** Drivers that compute on the processor: SwiftShader and Mesa's lavapipe, and Microsoft's WARP by another way. */
const softwareDrivers = /swiftshader|_lvp/i;

/**
 * No graphics processor is as slow as this in a product of 384 × 384 matrices, started from JavaScript, and no
 * software adapter as fast on a common machine.
 */
const slowestHardware = 8;

export interface WebGpuState {
  readonly usable: boolean;
  /** A graphics processor, not a driver that computes on the CPU. */
  readonly hardware: boolean;
  readonly name: string;
  readonly detail: string;
  readonly remedy?: string;
}

/** Tries the WebGPU provider in a process of its own. */
export async function examineWebGpu(): Promise<WebGpuState> {
  const result = await probe('webgpu');
  if (result.gigaflops === undefined) return unusable(result);
  const speed = `${result.gigaflops.toPrecision(2)} GFLOP/s`;
  if (isSoftware(result))
    return {
      usable: true,
      hardware: false,
      name: 'software adapter (WebGPU)',
      detail: `a driver that computes on the processor (${speed}); taken only when named, never by 'auto'`,
      remedy: "Install the driver of your graphics processor, or use the device 'cpu', which is much faster.",
    };
  const [gpu = 'GPU'] = await gpuNames();
  return {
    usable: true,
    hardware: true,
    name: `${gpu} (WebGPU)`,
    detail: `ONNX Runtime's WebGPU provider (${speed})`,
  };
}

function isSoftware({ gigaflops = 0, drivers }: Probe): boolean {
  const vulkan = drivers.filter((driver) => /vk_|vulkan_|nvidia/i.test(driver));
  const onlySoftware = vulkan.length > 0 && vulkan.every((driver) => softwareDrivers.test(driver));
  return onlySoftware || gigaflops < slowestHardware;
}

function unusable({ problem = '' }: Probe): WebGpuState {
  const base = { usable: false, hardware: false, name: 'WebGPU' };
  if (/libvulkan/i.test(problem) || process.platform === 'linux')
    return {
      ...base,
      detail: 'no adapter was found through Vulkan',
      remedy:
        'If this machine has a graphics processor, install its driver and the Vulkan loader (Debian and Ubuntu: `sudo apt-get install libvulkan1 mesa-vulkan-drivers`; NVIDIA: its own driver).',
    };
  return {
    ...base,
    detail: `no adapter could be used: ${problem}`,
    remedy: 'If this machine has a graphics processor, update its driver.',
  };
}

/** @throws UserError if no adapter works. */
export async function openWebGpu(state?: WebGpuState, threads = usableCores()): Promise<Device> {
  const { usable, name, detail, remedy } = state ?? (await examineWebGpu());
  if (!usable) throw deviceProblem('webgpu', detail, remedy);
  return OnnxDevice.open('webgpu', name, {
    target: 'webgpu',
    session: {
      provider: 'webgpu',
      // For the few operators the provider lacks.
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    },
  });
}

export function reportWebGpu({ usable, name, detail, remedy }: WebGpuState): DeviceReport {
  return { kind: 'webgpu', available: usable, name, detail, ...(remedy && { remedy }) };
}
