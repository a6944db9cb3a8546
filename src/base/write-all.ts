import type { FileHandle } from 'node:fs/promises';

/** Larger writes fail on some systems. */
const sliceBytes = 1 << 30;

/** Writes all bytes where the file stands: a write may take fewer than it is given. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(sliceBytes, bytes.byteLength - at));
    at += bytesWritten;
  }
}
