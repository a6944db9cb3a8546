import koffi from '../foreign-calls.ts';
import { cudaVersion } from './wheels.ts';

/** What the driver of NVIDIA's GPUs says of itself. */
export type Driver =
  | { readonly state: 'missing' }
  /** `cuda`: the newest CUDA it can, as 1000 × major + 10 × minor. */
  | { readonly state: 'old' | 'fit'; readonly cuda: number };

/** Asks the driver by its own library, which is all that there needs to be of it. */
export function examineDriver(library = driverLibrary()): Driver {
  const version = new Int32Array(1);
  try {
    const failed = koffi.load(library).func('int cuDriverGetVersion(void *)')(version) as number;
    if (failed !== 0) return { state: 'missing' };
  } catch {
    return { state: 'missing' };
  }
  const cuda = version[0]!;
  return { state: cuda < cudaVersion ? 'old' : 'fit', cuda };
}

const driverLibrary = () => (process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1');

const shown = (cuda: number) => `${Math.floor(cuda / 1000)}.${Math.floor((cuda % 1000) / 10)}`;

/** Why CUDA cannot be used with this driver, and what to do; undefined where it can. */
export function driverProblem(
  driver: Driver,
): { readonly detail: string; readonly remedy: string } | undefined {
  const remedy = `Install NVIDIA's driver 580 or newer, which supports CUDA ${shown(cudaVersion)}.`;
  if (driver.state === 'missing') return { detail: 'no driver of NVIDIA was found', remedy };
  if (driver.state === 'fit') return undefined;
  return {
    detail: `the driver supports CUDA ${shown(driver.cuda)}, and ONNX Runtime's provider needs ${shown(cudaVersion)}`,
    remedy,
  };
}
