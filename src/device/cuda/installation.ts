import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { userCache } from '../../base/user-cache.ts';
import { runtimeVersion } from './wheels.ts';

/** The one folder that anything of CUDA is put into; removing it removes all. */
export const cudaFolder = (): string => join(userCache(), `cuda-13-onnxruntime-${runtimeVersion}`);

/** Written last, with the size of each library: a folder without it is not whole. */
export const markerName = 'installed.json';

/** Where ONNX Runtime's library and its providers lie within the folder, side by side, as it looks for them. */
export const runtimeFolder = (folder = cudaFolder()): string => join(folder, 'onnxruntime', 'capi');

/** Whether everything that was installed is there, and as long as it was. */
export function isInstalled(folder = cudaFolder()): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, markerName), 'utf8')) as Record<string, unknown>;
    return Object.entries(sizes).every(([file, size]) => statSync(join(folder, file)).size === size);
  } catch {
    return false;
  }
}

/** @returns false where there was nothing */
export async function removeInstallation(folder = cudaFolder()): Promise<boolean> {
  if (!existsSync(folder)) return false;
  await rm(folder, { recursive: true, force: true });
  return true;
}

/**
 * CUDA's libraries that the provider asks for by name, in an order in which each finds those it asks for in turn. What a
 * process has loaded is found by its name, wherever it lies.
 */
const libraries = [
  /^(lib)?cudart/,
  /^(lib)?nvrtc(?!-builtins)/,
  /^(lib)?cublasLt/,
  /^(lib)?cublas(?!Lt)/,
  /^(lib)?curand/,
  /^(lib)?cudnn(?!_)/,
];

/** Paths of the libraries to load before the provider. */
export function cudaLibraries(folder = cudaFolder()): string[] {
  const files = librariesBelow(join(folder, 'nvidia'));
  return libraries.flatMap((name) => files.filter((file) => name.test(file.slice(file.search(/[^/\\]*$/)))));
}

/** All shared libraries below a folder. */
export function librariesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.so(\.\d+)*$|\.dll$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
