import { closeSync, fstatSync, ftruncateSync, readSync, rmSync, writeSync } from 'node:fs';
import { fileProblem } from '../../base/file-problem.ts';
import { openRegularSync } from '../../base/regular-file.ts';
import type { RunEventBody } from './events.ts';
import { longestLine, parseEventAt } from './read-events.ts';

const newline = 0x0a;
const reserveBytes = 16_384;
const chunkBytes = 1 << 20;

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
      const reserve = openRegularSync(this.#reserve, 'replace');
      try {
        writeSync(reserve, Buffer.alloc(reserveBytes, 1));
      } finally {
        closeSync(reserve);
      }
    } catch {
      // Too little room already: the first event that does not fit will say so.
    }
  }

  /** @throws UserError if the file cannot be written. */
  static open(file: string): EventLog {
    let descriptor: number | undefined;
    try {
      descriptor = openRegularSync(file, 'append');
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
  const chunk = Buffer.allocUnsafe(Math.min(size, chunkBytes));
  let end = 0;
  let lastSeq = -1;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for (let position = 0; position < size; ) {
    const read = readSync(descriptor, chunk, 0, Math.min(chunk.length, size - position), position);
    if (read === 0) break;
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0 && at < read; at = chunk.indexOf(newline, from)) {
      if (pendingBytes + at - from <= longestLine) {
        const event = parseEventAt(Buffer.concat([...pending, chunk.subarray(from, at)]), end);
        if (typeof event === 'object') lastSeq = Math.max(lastSeq, event.seq);
      }
      pending = [];
      pendingBytes = 0;
      from = at + 1;
      end = position + from;
    }
    pendingBytes += read - from;
    if (pendingBytes <= longestLine) pending.push(Buffer.from(chunk.subarray(from, read)));
    else pending = [];
    position += read;
  }
  return { end, lastSeq };
}
