import { openRegular } from '../../../src/base/regular-file.ts';

/** So much of a log is shown at first, and so much is read of it at once, in bytes. */
const most = 60_000;

/** A growing text file from its last lines on. */
export class LogTail {
  readonly #file: string;
  #offset = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** What was written since the last call, at first the last lines; '' where there is no file. */
  async read(): Promise<string> {
    let handle: Awaited<ReturnType<typeof openRegular>>;
    try {
      handle = await openRegular(this.#file);
    } catch {
      return '';
    }
    try {
      const { size } = await handle.stat();
      // A log that became shorter was begun anew.
      if (size < this.#offset) this.#offset = 0;
      const start = Math.max(this.#offset, size - most);
      const skipped = start > this.#offset;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      const bytes = buffer.subarray(0, bytesRead);
      const end = bytes.lastIndexOf(0x0a) + 1;
      // Half a line, and with it half a character, waits for its end.
      this.#offset = start + end;
      const begin = skipped ? bytes.indexOf(0x0a) + 1 : 0;
      return bytes.subarray(begin, end).toString('utf8');
    } finally {
      await handle.close();
    }
  }
}
