import type { FileHandle } from 'node:fs/promises';

/** A single read call of Node handles less than 2 GiB. */
const sliceBytes = 1 << 30;

/**
 * Reads exactly `target.byteLength` bytes from `offset` on.
 * @throws RangeError if the file ends before.
 */
export async function readExactly(handle: FileHandle, target: Uint8Array, offset: number): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const length = Math.min(sliceBytes, target.byteLength - done);
    const { bytesRead } = await handle.read(target, done, length, offset + done);
    if (bytesRead === 0) throw new RangeError(`the file ends after ${offset + done} bytes`);
    done += bytesRead;
  }
}
