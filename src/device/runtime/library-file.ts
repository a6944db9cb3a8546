import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** ONNX Runtime's library by platform, as the package names it. */
const fileNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/** The folder of a package that brings ONNX Runtime's libraries for this platform. */
export function libraryFolder(platform = process.platform, arch = process.arch): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', platform, arch);
}

/** @returns undefined on platforms that ONNX Runtime is not built for. */
export const libraryFile = (platform = process.platform, arch = process.arch): string | undefined => {
  const name = fileNames[platform];
  return name && join(libraryFolder(platform, arch), name);
};
