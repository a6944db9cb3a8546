import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isInstalled, runtimeFolder } from '../cuda/installation.ts';

/** ONNX Runtime's library by platform, as the package names it. */
const fileNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/** The folder of a package that brings ONNX Runtime's libraries for this platform. */
export function libraryFolder(platform = process.platform, arch = process.arch): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return join(dirname(entry), 'bin', 'napi-v6', platform, arch);
}

/** @returns undefined on platforms that ONNX Runtime is not built for. */
export const libraryFile = (platform = process.platform, arch = process.arch): string | undefined => {
  const name = fileNames[platform];
  return name && join(libraryFolder(platform, arch), name);
};

/**
 * The library that this process loads: where CUDA is installed its copy beside CUDA's provider, for ONNX Runtime looks for
 * providers beside itself.
 */
export const loadedFile = (): string | undefined => {
  const name = fileNames[process.platform];
  return name && isInstalled() ? join(runtimeFolder(), name) : libraryFile();
};
