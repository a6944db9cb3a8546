import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileProblem } from '../data/file-problem.ts';
import type { RunEventBody } from './events.ts';
import { parseEvent } from './read-events.ts';

const newline = 0x0a;
const reserveBytes = 16_384;

/**
 * Appends to events.jsonl, numbering events from where an earlier worker of the run left off. A line that a crash
 * tore is cut off. A few kilobytes are set aside, so that even on a full disk there is room to say so.
 */
export class EventLog {
  readonly #file: string;
  readonly #reserve: string;
  readonly #descriptor: number;
  #nextSeq: number;

  private constructor(file: string, descriptor: number, nextSeq: number) {
    this.#file = file;
    this.#reserve = `${file}.reserve`;
    this.#descriptor = descriptor;
    this.#nextSeq = nextSeq;
    try {
      writeFileSync(this.#reserve, Buffer.alloc(reserveBytes, 1));
    } catch {
      // Too little room already: the first event that does not fit will say so.
    }
  }

  /** @throws UserError if the file cannot be written. */
  static open(file: string): EventLog {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'a+');
      const { size } = fstatSync(descriptor);
      const { end, lastSeq } = lastCompleteLine(descriptor, size);
      if (end < size) ftruncateSync(descriptor, end);
      return new EventLog(file, descriptor, lastSeq + 1);
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      throw fileProblem(error, file);
    }
  }

  /** Written when it returns. @throws UserError if the disk is full, with nothing of the event in the file. */
  append(body: RunEventBody): void {
    const event = { seq: this.#nextSeq, time: Date.now(), ...body };
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const { size } = fstatSync(this.#descriptor);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(this.#descriptor, line, at);
    } catch (error) {
      ftruncateSync(this.#descriptor, size);
      throw fileProblem(error, this.#file);
    }
    this.#nextSeq++;
  }

  /** Gives back what was set aside, for last words on a full disk. */
  freeReserve(): void {
    rmSync(this.#reserve, { force: true });
  }

  close(): void {
    this.freeReserve();
    closeSync(this.#descriptor);
  }
}

/** Where the last complete line ends, and the number of the last event, −1 where there is none. */
function lastCompleteLine(descriptor: number, size: number): { end: number; lastSeq: number } {
  const content = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const read = readSync(descriptor, content, at, size - at, at);
    if (read === 0) break;
    at += read;
  }
  const end = content.lastIndexOf(newline) + 1;
  let lastSeq = -1;
  for (const line of content.subarray(0, end).toString('utf8').split('\n')) {
    const event = parseEvent(line);
    if (typeof event === 'object') lastSeq = Math.max(lastSeq, event.seq);
  }
  return { end, lastSeq };
}
