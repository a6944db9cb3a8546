import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import { openRegular } from '../../base/regular-file.ts';
import { writeAll } from '../../base/write-all.ts';
import { noUsage, sumOf, type Usage } from './usage.ts';

/** What a server answered to one question. */
export interface KeptAnswer {
  /** Of the question. */
  readonly key: string;
  /** The model as the server called it when it answered. */
  readonly model: string;
  readonly usage: Usage;
  /** What the kind of question makes of the answer. */
  readonly answer: unknown;
}

const count = z.number().min(0);
const entrySchema = z.object({
  key: z.string().max(128),
  model: z.string().max(1024),
  usage: z.object({ requests: count, input: count, output: count }),
  answer: z.unknown(),
});

/** Where an answer lies, and what is asked of it most. */
interface Place extends Pick<KeptAnswer, 'model' | 'usage'> {
  readonly start: number;
  readonly length: number;
}

/** Bytes of one line; answers are bounded where they arrive. */
const longestLine = 1 << 28;
const chunkBytes = 1 << 20;
const checksumDigits = 8;
const newline = 0x0a;

/**
 * Answers of a server on disk, each written as it comes: a line for each, the checksum of what follows before it. Whatever
 * ends the process, a line is whole or is not taken for one, and what the next process adds stands behind the last whole
 * one. Whoever writes holds the lock of the folder.
 */
export class KeptAnswers {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #places = new Map<string, Place>();
  /** Up to here lines are whole. */
  #end = 0;
  #waiting: { entry: KeptAnswer; line: Buffer; done: () => void; fail: (error: unknown) => void }[] = [];
  #writing = false;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /**
   * Opens what is there, or begins a new file.
   * @throws UserError if it cannot be read or written
   */
  static async open(file: string): Promise<KeptAnswers> {
    const kept = await KeptAnswers.#scanned(file, 'append');
    try {
      await kept.#handle.truncate(kept.#end);
      return kept;
    } catch (error) {
      await kept.close();
      throw fileProblem(error, file);
    }
  }

  /** Opens what is there, to read it; undefined where there is nothing. @throws UserError if it cannot be read */
  static async look(file: string): Promise<KeptAnswers | undefined> {
    try {
      return await KeptAnswers.#scanned(file, 'read');
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw error;
    }
  }

  static async #scanned(file: string, mode: 'append' | 'read'): Promise<KeptAnswers> {
    let handle: FileHandle | undefined;
    try {
      handle = await openRegular(file, mode);
      const kept = new KeptAnswers(file, handle);
      await kept.#scan();
      return kept;
    } catch (error) {
      await handle?.close();
      throw fileProblem(error, file);
    }
  }

  /** What the answers to these questions took. */
  usedBy(keys: Iterable<string>): Usage {
    let used = noUsage;
    for (const key of keys) used = sumOf(used, this.#places.get(key)?.usage ?? noUsage);
    return used;
  }

  /** The model that answered the first of these questions that is answered; undefined where none is. */
  modelOf(keys: Iterable<string>): string | undefined {
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place) return place.model;
    }
    return undefined;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** @throws Error where there is no such answer, UserError where it cannot be read any more */
  async read(key: string): Promise<unknown> {
    const place = this.#places.get(key);
    if (!place) throw new Error(`The answer ${key} was not kept.`);
    const line = Buffer.alloc(place.length);
    try {
      await this.#handle.read(line, 0, line.length, place.start);
    } catch (error) {
      throw fileProblem(error, this.#file);
    }
    const entry = entryOf(line);
    if (!entry) throw new Error(`The answer ${key} in ${this.#file} has changed since it was written.`);
    return entry.answer;
  }

  /**
   * Writes an answer; it is safe on the disk when this returns.
   * @throws UserError if the disk is full; then nothing of it is left
   */
  add(entry: KeptAnswer): Promise<void> {
    return new Promise((done, fail) => {
      this.#waiting.push({ entry, line: lineOf(entry), done, fail });
      void this.#write();
    });
  }

  /** What came while the disk was busy is written at once. */
  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await writeAll(this.#handle, Buffer.concat(batch.map(({ line }) => line)));
        await this.#handle.datasync();
        for (const { entry, line, done } of batch) {
          this.#know(entry, this.#end, line.length);
          this.#end += line.length;
          done();
        }
      } catch (error) {
        await this.#handle.truncate(this.#end).catch(() => {});
        for (const { fail } of batch) fail(fileProblem(error, this.#file));
      }
    }
    this.#writing = false;
  }

  #know({ key, model, usage }: KeptAnswer, start: number, length: number): void {
    this.#places.set(key, { model, usage, start, length });
  }

  async #scan(): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    let start = 0;
    const chunk = Buffer.alloc(chunkBytes);
    for (let at = 0; ; ) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
        const line = rest.subarray(0, end + 1);
        const entry = entryOf(line);
        // A line that was damaged is asked for again.
        if (entry) this.#know(entry, start, line.length);
        start += line.length;
        this.#end = start;
        rest = rest.subarray(end + 1);
      }
      if (rest.length > longestLine) return;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

const checksumOf = (json: string | Buffer): string => crc32(json).toString(16).padStart(checksumDigits, '0');

function lineOf(entry: KeptAnswer): Buffer {
  const json = JSON.stringify(entry);
  return Buffer.from(`${checksumOf(json)} ${json}\n`);
}

function entryOf(line: Buffer): KeptAnswer | undefined {
  const json = line.subarray(checksumDigits + 1, line.length - 1);
  if (line.toString('latin1', 0, checksumDigits) !== checksumOf(json)) return undefined;
  try {
    return entrySchema.parse(JSON.parse(json.toString('utf8')));
  } catch {
    return undefined;
  }
}
