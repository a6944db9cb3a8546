import { open } from 'node:fs/promises';
import { fileProblem } from '../../base/file-problem.ts';
import { writeAll } from '../../base/write-all.ts';
import type { GgufMetadata } from '../../models/gguf/values.ts';
import { aligned, headerOf, type TensorInfo } from './container.ts';

export interface TensorToWrite extends TensorInfo {
  /** Made when it is written: one at a time is in memory. */
  readonly encoded: () => Uint8Array;
}

/**
 * Writes a GGUF file.
 * @returns its bytes
 * @throws UserError if it cannot be written
 */
export async function writeGguf(
  file: string,
  metadata: GgufMetadata,
  tensors: readonly TensorToWrite[],
): Promise<number> {
  const header = headerOf(metadata, tensors);
  try {
    const handle = await open(file, 'wx');
    try {
      await writeAll(handle, header);
      let written = header.length;
      for (const { name, bytes, encoded } of tensors) {
        const content = encoded();
        if (content.length !== bytes)
          throw new Error(`tensor "${name}" takes ${content.length} bytes, not ${bytes}`);
        await writeAll(handle, content);
        await writeAll(handle, new Uint8Array(aligned(bytes) - bytes));
        written += aligned(bytes);
      }
      return written;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(error, file);
  }
}
